// The turn of one message at an address with workflows: which runs it begins, and which go on with it.

import type { MessageContext } from "../functions/message-context.js";
import { isClient } from "../model/client-address.js";
import { failureOfValue, failureTypename, failureValue } from "../model/correlation.js";
import { lastingFailure } from "../model/failure.js";
import { TypedValue } from "../model/typed-value.js";
import { copyOfBytes } from "../types/bytes.js";
import { findCall } from "./call-token.js";
import { runError, runFailure } from "./failures.js";
import { type Cancellation } from "./journal/hidden-messages.js";
import { isPending, type Journal, type Operation, type Run } from "./journal/journal.js";
import { journalOf } from "./journal-state.js";
import { cancelledFailure, cancelRun, completeOperation, withdrawTimer } from "./operations.js";
import { newRun, Runs, runId } from "./runs.js";
import type { Workflow } from "./workflow.js";

/** The most runs that wait at an address, and the most messages that nobody has received. */
const mostWaiting = 1_000;
/** The most bytes that either of them take beside the first one. */
const mostWaitingBytes = 1024 * 1024;

export class Turn {
  readonly journal: Journal;
  readonly #workflows: ReadonlyMap<string, Workflow>;
  readonly #context: MessageContext;
  readonly #runs: Runs;

  constructor(workflows: ReadonlyMap<string, Workflow>, instance: object, context: MessageContext) {
    this.#workflows = workflows;
    this.#context = context;
    this.journal = journalOf(instance);
    this.#runs = new Runs(this.journal, workflows, instance, context);
  }

  /** Begins the run of the message, or lets it wait for its turn. `input` is the message as the method gets it. */
  async begin(workflow: Workflow, input: unknown): Promise<void> {
    const { journal } = this;
    const context = this.#context;
    const { argument, caller } = context.invocation;
    const { typename } = workflow.type;
    const isBusy = this.#isBusy(typename);
    if (isBusy && workflow.concurrency === "reject") {
      throw runError("RUN_BUSY", `A run of ${typename} lives at ${context.address}, which takes one at a time.`);
    }
    const { callToken } = context;
    const isAwaited = caller !== undefined && (callToken !== undefined || isClient(caller));
    if (isAwaited) context.deferReply();
    const number = journal.runCount + 1;
    const run = newRun({
      id: runId(context.address, { number, workflow: typename, caller }, argument),
      number,
      workflow: typename,
      input: argument.own(copyOfBytes),
      caller: isAwaited ? caller : undefined,
      callToken,
      receivedAt: context.now,
    });
    journal.runCount = number;
    journal.revision += 1;
    if (isBusy && workflow.concurrency === "queue") {
      journal.waiting.push(run);
      this.#assertRoom(
        "runs",
        journal.waiting.map((waiting) => waiting.input),
      );
      // The wake of the run whose turn it is may be a dead letter, or dropped.
      if (!this.#lives(typename)) this.#runs.wakeWaiting();
    } else await this.#runs.start(run, input);
  }

  /** Throws RUNS_FULL. There is always room for the first one, however large it is. */
  #assertRoom(what: string, values: readonly TypedValue[]): void {
    const bytes = values.slice(1).reduce((sum, value) => sum + value.byteLength, 0);
    if (values.length <= mostWaiting && bytes <= mostWaitingBytes) return;
    throw runError(
      "RUNS_FULL",
      `${this.#context.address} keeps ${values.length - 1} ${what} that wait, and takes no more: at most ${mostWaiting}, and ${mostWaitingBytes} bytes.`,
    );
  }

  /** Begins the first run that waits and whose turn it is. */
  async beginWaiting(): Promise<void> {
    const { waiting } = this.journal;
    const isNext = ({ workflow }: Run) => {
      const known = this.#workflows.get(workflow);
      if (known === undefined) return false;
      return known.concurrency !== "queue" || !this.#lives(workflow);
    };
    const index = waiting.findIndex(isNext);
    if (index < 0) return;
    const [run] = waiting.splice(index, 1) as [Run];
    this.journal.revision += 1;
    await this.#runs.start(run, this.#runs.inputOf(run));
  }

  #lives(typename: string): boolean {
    return this.journal.runs.some(({ workflow }) => workflow === typename);
  }

  #isBusy(typename: string): boolean {
    return this.#lives(typename) || this.journal.waiting.some(({ workflow }) => workflow === typename);
  }

  /** Takes the answer to a call. An answer for which nobody waits any more is dropped. */
  async answer(token: string, answer: TypedValue): Promise<void> {
    const call = findCall(this.journal.runs, token);
    if (call !== undefined) await this.#answer(call.run, call.operation, answer);
  }

  async #answer(run: Run, operation: Operation, answer: TypedValue): Promise<void> {
    const error = answer.typename === failureTypename ? failureOfValue(answer) : undefined;
    const value = error === undefined ? answer.withMetadata(undefined).own(copyOfBytes) : undefined;
    withdrawTimer(this.#context, run, run.operations.indexOf(operation));
    completeOperation(run, operation, { value, error, now: this.#context.now });
    await this.#runs.goOn(run);
  }

  /** Takes the answer of a function that drops metadata: it belongs to the oldest call of the function that waits. */
  async answerByAddress(found: { run: Run; operation: Operation }, answer: TypedValue): Promise<void> {
    await this.#answer(found.run, found.operation, answer);
  }

  /** Takes a message that a run may receive, now or later. */
  async receive(): Promise<void> {
    const { journal } = this;
    const { caller, argument } = this.#context.invocation;
    const message = { caller, argument: argument.own(copyOfBytes) };
    this.#assertReadable(argument);
    journal.unreceived.push(message);
    journal.revision += 1;
    for (const run of [...journal.runs]) {
      if (!run.operations.some((operation) => isPending(operation) && operation.awaits === argument.typename)) continue;
      await this.#runs.goOn(run);
      if (!journal.unreceived.includes(message)) return;
    }
    // Last: a run gets the message for which it waits, however many others are kept.
    this.#assertRoom(
      "messages",
      journal.unreceived.map((unreceived) => unreceived.argument),
    );
  }

  /** A message that nobody can read would fail each pass of a run that receives it, so it fails when it comes. */
  #assertReadable(argument: TypedValue): void {
    try {
      this.#context.scope.types.find(argument.typename)?.unpack(argument.own(copyOfBytes));
    } catch (thrown) {
      throw lastingFailure(thrown);
    }
  }

  /** Cancels a run, or every run. Throws RUN_NOT_FOUND. */
  async cancel({ run: id, reason }: Cancellation): Promise<void> {
    const { runs, waiting } = this.journal;
    const isMeant = (run: Run) => id === "" || run.id === id;
    const meant = [...waiting, ...runs].filter(isMeant);
    if (meant.length === 0) {
      throw runError("RUN_NOT_FOUND", `No run${id === "" ? "" : ` ${id}`} lives at ${this.#context.address}.`);
    }
    this.journal.revision += 1;
    const going: Run[] = [];
    for (const run of meant) {
      if (run.cancelledAt > 0) continue;
      const failure = cancelledFailure(run.id, reason);
      cancelRun(this.#context, run, reason, failure);
      if (run.startedAt > 0 && this.#workflows.has(run.workflow)) going.push(run);
      else {
        // The code of the run has not begun, or is gone: nothing can be compensated.
        this.#runs.finish(run, "cancelled", failure);
        this.#runs.tell(run, failureValue(failure));
      }
    }
    const [first, ...others] = going;
    // Each run may compensate, which takes time, so each one has a message and its time limit to itself.
    for (const run of others) this.#runs.goOnLater(run);
    if (first !== undefined) await this.#runs.goOn(first);
  }

  /** The timer of an operation is due. A timer that comes too late finds an operation that has its result. */
  async timerDue(id: string, index: number, attempts: number): Promise<void> {
    const run = this.#find(id);
    const operation = run?.operations[index];
    if (run === undefined || operation === undefined || !isPending(operation) || operation.attempts !== attempts)
      return;
    operation.dueAt = 0;
    const { kind, key } = operation;
    if (kind !== "step") {
      const error =
        kind === "call" ? runFailure("ANSWER_TIMEOUT", `No answer came to ${key.slice(5)} in time.`) : undefined;
      completeOperation(run, operation, { value: undefined, error, now: this.#context.now });
    }
    await this.#runs.goOn(run);
  }

  /** Goes on with a run that has asked for a pass of its own. */
  async goOn(id: string): Promise<void> {
    const run = this.#find(id);
    if (run !== undefined) await this.#runs.goOn(run);
  }

  #find(id: string): Run | undefined {
    return this.journal.runs.find((run) => run.id === id);
  }
}

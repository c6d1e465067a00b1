// The turn of one message at an address with workflows: runs begin, go on and end.

import { StatefunError } from "../errors.js";
import type { MessageContext } from "../functions/message-context.js";
import { Restart } from "../functions/workflow-context.js";
import { WaitingAddress } from "../model/address.js";
import { isClient } from "../model/client-address.js";
import { emptyAnswer, failureOfValue, failureTypename, failureValue } from "../model/correlation.js";
import { type Failure, failureOf, lastingFailure } from "../model/failure.js";
import { isTerminalError } from "../model/terminal-error.js";
import { TypedValue } from "../model/typed-value.js";
import { copyOfBytes } from "../types/bytes.js";
import { Activation } from "./activation.js";
import { findCall } from "./call-token.js";
import { nameOf } from "./chance.js";
import { runError, runFailure, toldFailure } from "./failures.js";
import { Flow } from "./flow.js";
import { type Cancellation, wakeMessage } from "./journal/hidden-messages.js";
import {
  isPending,
  type Journal,
  mostEndedOperations,
  type Operation,
  type Outcome,
  type Run,
} from "./journal/journal.js";
import { journalOf } from "./journal-state.js";
import { cancelledFailure, cancelRun, completeOperation, withdrawTimer } from "./operations.js";
import { Receives } from "./receives.js";
import { packResult } from "./results.js";
import type { Workflow } from "./workflow.js";

/** The most runs that wait at an address, and the most messages that nobody has received. */
const mostWaiting = 1_000;
/** The most bytes that either of them take beside the first one. */
const mostWaitingBytes = 1024 * 1024;

const lengthOf = (_bytes: Uint8Array, start: number, end: number) => end - start;

export class Turn {
  readonly journal: Journal;
  readonly #workflows: ReadonlyMap<string, Workflow>;
  readonly #instance: object;
  readonly #context: MessageContext;

  constructor(workflows: ReadonlyMap<string, Workflow>, instance: object, context: MessageContext) {
    this.#workflows = workflows;
    this.#instance = instance;
    this.#context = context;
    this.journal = journalOf(instance);
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
      id: nameOf(`${context.address}/${number}/${typename}/${caller ?? ""}`, argument.value),
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
    } else await this.#start(run, input);
  }

  /** Throws RUNS_FULL. There is always room for the first one, however large it is. */
  #assertRoom(what: string, values: readonly TypedValue[]): void {
    const bytes = values.slice(1).reduce((sum, value) => sum + value.readWith(lengthOf), 0);
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
      return known.concurrency !== "queue" || !this.journal.runs.some((run) => run.workflow === workflow);
    };
    const index = waiting.findIndex(isNext);
    if (index < 0) return;
    const [run] = waiting.splice(index, 1) as [Run];
    this.journal.revision += 1;
    await this.#start(run, this.#inputOf(run));
  }

  async #start(run: Run, input: unknown): Promise<void> {
    run.startedAt = this.#context.now;
    this.journal.runs.push(run);
    await this.#pass(run, input);
  }

  #isBusy(typename: string): boolean {
    const isOf = ({ workflow }: Run) => workflow === typename;
    return this.journal.runs.some(isOf) || this.journal.waiting.some(isOf);
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
    await this.#goOn(run);
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
    this.#assertRoom(
      "messages",
      journal.unreceived.map((unreceived) => unreceived.argument),
    );
    journal.revision += 1;
    for (const run of [...journal.runs]) {
      if (!run.operations.some((operation) => isPending(operation) && operation.awaits === argument.typename)) continue;
      await this.#goOn(run);
      if (!journal.unreceived.includes(message)) return;
    }
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
    for (const run of meant) {
      if (run.cancelledAt > 0) continue;
      const failure = cancelledFailure(run.id, reason);
      cancelRun(this.#context, run, reason, failure);
      if (run.startedAt > 0 && this.#workflows.has(run.workflow)) await this.#goOn(run);
      else {
        // The code of the run has not begun, or is gone: nothing can be compensated.
        this.#finish(run, "cancelled", failure);
        this.#tell(run, failureValue(failure));
      }
    }
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
    await this.#goOn(run);
  }

  /** Goes on with a run that has asked for a pass of its own. */
  async goOn(id: string): Promise<void> {
    const run = this.#find(id);
    if (run !== undefined) await this.#goOn(run);
  }

  #find(id: string): Run | undefined {
    return this.journal.runs.find((run) => run.id === id);
  }

  async #goOn(run: Run): Promise<void> {
    await this.#pass(run, this.#inputOf(run));
  }

  #inputOf({ id, workflow: typename, input }: Run): unknown {
    const workflow = this.#workflows.get(typename);
    if (workflow === undefined) {
      throw new StatefunError(
        "WORKFLOW_UNKNOWN",
        `The run ${id} at ${this.#context.address} is one of ${typename}, which no method with @Workflow takes. Deploy the method again, or cancel the run.`,
      );
    }
    const { type } = workflow;
    try {
      return type.unpack(type.sharesBytes ? input.own(copyOfBytes) : input);
    } catch (thrown) {
      throw lastingFailure(thrown);
    }
  }

  async #pass(run: Run, input: unknown): Promise<void> {
    const workflow = this.#workflows.get(run.workflow) as Workflow;
    const { journal } = this;
    const pass = new Activation(journal, run, this.#context);
    const receives = new Receives();
    const flow = new Flow(pass, receives, (typename) => typename === run.workflow && workflow.concurrency === "queue");
    journal.revision += 1;
    const end = await pass.pass(
      () => workflow.call(this.#instance, input, flow),
      () => receives.match(pass),
    );
    // The pass may have left code behind that goes on and changes the instance.
    this.#context.leaveCode({ settles: pass.stepEnded });
    if (end === "waits") {
      if (pass.needsPass) this.#context.send(this.#context.address, wakeMessage({ run: run.id }));
    } else if ("thrown" in end) this.#endThrown(run, pass, end.thrown);
    else this.#endReturned(run, end.returned);
  }

  #endThrown(run: Run, pass: Activation, thrown: unknown): void {
    if (isTerminalError(thrown)) {
      const { stack, ...failure } = failureOf(thrown);
      const isCancelled = run.cancelledAt > 0 && failure.code === "RUN_CANCELLED";
      this.#finish(run, isCancelled ? "cancelled" : "failed", failure);
      this.#tell(run, failureValue(toldFailure(failure)));
      return;
    }
    // A failure must not undo a step that has ended, or the step would be done again at each try of the message. The run goes
    // on with a pass of its own, which fails without a step.
    if (!pass.stepSucceeded) throw thrown;
    pass.states.takeBack();
    this.#context.send(this.#context.address, wakeMessage({ run: run.id }));
  }

  #endReturned(run: Run, returned: unknown): void {
    if (returned instanceof Restart) {
      this.#restart(run, returned);
      return;
    }
    let answer: TypedValue;
    try {
      answer = packResult(returned) ?? emptyAnswer();
    } catch (thrown) {
      throw lastingFailure(thrown);
    }
    this.#finish(run, "completed", undefined);
    this.#tell(run, answer);
  }

  #restart(run: Run, { input }: Restart): void {
    const { type } = this.#workflows.get(run.workflow) as Workflow;
    const packed: TypedValue = input instanceof TypedValue ? input : type.pack(input);
    const number = this.journal.runCount + 1;
    const { workflow, caller, callToken } = run;
    const id = nameOf(`${this.#context.address}/${number}/${workflow}/${caller ?? ""}`, packed.value);
    const argument = packed.withMetadataOf(run.input);
    this.journal.runCount = number;
    // The next run waits before this one ends, so that messages which nobody has received yet are kept for it.
    this.journal.waiting.unshift(
      newRun({ id, number, workflow, input: argument, caller, callToken, receivedAt: this.#context.now }),
    );
    this.#finish(run, "restarted", undefined);
  }

  /** Takes a run that has ended out of the journal, and withdraws what it waited for. */
  #finish(run: Run, outcome: Outcome, error: Failure | undefined): void {
    const { journal } = this;
    const context = this.#context;
    const { id, number, workflow, caller, receivedAt, startedAt, operations } = run;
    operations.forEach((operation, index) => {
      if (isPending(operation)) withdrawTimer(context, run, index);
    });
    const list = journal.runs.includes(run) ? journal.runs : journal.waiting;
    list.splice(list.indexOf(run), 1);
    journal.lastEnded = {
      ...{ id, number, workflow, caller, receivedAt, startedAt, outcome, error },
      endedAt: context.now,
      operationCount: operations.length,
      operations: operations.slice(0, mostEndedOperations),
    };
    if (journal.waiting.length > 0) this.#wakeWaiting();
    else if (journal.runs.length === 0) journal.unreceived.length = 0;
  }

  #wakeWaiting(): void {
    this.#context.send(this.#context.address, wakeMessage({}));
  }

  /** Answers the caller of a run, if somebody waits. */
  #tell({ caller, callToken }: Run, answer: TypedValue): void {
    if (caller === undefined) return;
    this.#context.send(callToken === undefined ? caller : new WaitingAddress(caller, callToken), answer);
  }
}

function newRun(parts: Pick<Run, "id" | "number" | "workflow" | "input" | "caller" | "callToken" | "receivedAt">): Run {
  return { ...parts, startedAt: 0, cancelledAt: 0, cancelSeq: 0, cancelReason: "", lastSeq: 0, operations: [] };
}

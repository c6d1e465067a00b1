// The life of runs: they begin, go on by passes, and end.

import { StatefunError } from "../errors.js";
import type { MessageContext } from "../functions/message-context.js";
import { Restart } from "../functions/workflow-context.js";
import { type Address, WaitingAddress } from "../model/address.js";
import { emptyAnswer, failureValue } from "../model/correlation.js";
import { type Failure, failureOf, lastingFailure } from "../model/failure.js";
import { isTerminalError } from "../model/terminal-error.js";
import { TypedValue } from "../model/typed-value.js";
import { Activation } from "./activation.js";
import { nameOf } from "./chance.js";
import { callersFailure } from "./failures.js";
import { Flow } from "./flow.js";
import { wakeMessage } from "./journal/hidden-messages.js";
import { isPending, type Journal, mostEndedOperations, type Outcome, type Run } from "./journal/journal.js";
import { withdrawTimer } from "./operations.js";
import { Receives } from "./receives.js";
import { packResult, unpackCopy } from "./results.js";
import type { Workflow } from "./workflow.js";

/** The runs of one address, during the turn of one message. */
export class Runs {
  readonly journal: Journal;
  readonly #workflows: ReadonlyMap<string, Workflow>;
  readonly #instance: object;
  readonly #context: MessageContext;

  constructor(journal: Journal, workflows: ReadonlyMap<string, Workflow>, instance: object, context: MessageContext) {
    this.journal = journal;
    this.#workflows = workflows;
    this.#instance = instance;
    this.#context = context;
  }

  /** Begins a run. */
  async start(run: Run, input: unknown): Promise<void> {
    run.startedAt = this.#context.now;
    this.journal.runs.push(run);
    await this.#pass(run, input);
  }

  /** Goes on with a run. */
  async goOn(run: Run): Promise<void> {
    await this.#pass(run, this.inputOf(run));
  }

  /** Lets a run go on with a pass of its own. */
  goOnLater(run: Run): void {
    this.#context.send(this.#context.address, wakeMessage({ run: run.id }));
  }

  /** The message of a run as its method gets it. Throws WORKFLOW_UNKNOWN and VALUE_UNREADABLE. */
  inputOf({ id, workflow: typename, input }: Run): unknown {
    const workflow = this.#workflows.get(typename);
    if (workflow === undefined) {
      throw new StatefunError(
        "WORKFLOW_UNKNOWN",
        `The run ${id} at ${this.#context.address} is one of ${typename}, which no method with @Workflow takes. Deploy the method again, or cancel the run.`,
      );
    }
    try {
      return unpackCopy(workflow.type, input);
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
      if (pass.needsPass) this.goOnLater(run);
      return;
    }
    const failure = "thrown" in end ? end : this.#endReturned(run, end.returned);
    if (failure !== undefined) this.#endThrown(run, pass, failure.thrown);
  }

  #endThrown(run: Run, pass: Activation, thrown: unknown): void {
    if (isTerminalError(thrown)) {
      const { stack, ...failure } = failureOf(thrown);
      const isCancelled = run.cancelledAt > 0 && failure.code === "RUN_CANCELLED";
      this.finish(run, isCancelled ? "cancelled" : "failed", failure);
      this.tell(run, failureValue(callersFailure(failure)));
      return;
    }
    // A failure must not undo a step that has ended, or the step would be done again at each try of the message. The run goes
    // on with a pass of its own, which fails without a step. Of steps that ran at the same time, nobody knows which of their
    // changes to keep.
    if (!pass.stepSucceeded || pass.states.mixed) throw thrown;
    pass.states.takeBack();
    this.goOnLater(run);
  }

  /** Ends a run whose method has returned. Returns the failure of a value that can't be packed: the run then lives on. */
  #endReturned(run: Run, returned: unknown): { readonly thrown: unknown } | undefined {
    let packed: TypedValue;
    try {
      packed = returned instanceof Restart ? this.#packInput(run, returned) : (packResult(returned) ?? emptyAnswer());
    } catch (thrown) {
      return { thrown: lastingFailure(thrown) };
    }
    if (returned instanceof Restart) {
      this.#restart(run, packed);
      return;
    }
    this.finish(run, "completed", undefined);
    this.tell(run, packed);
  }

  #packInput({ workflow }: Run, { input }: Restart): TypedValue {
    const { type } = this.#workflows.get(workflow) as Workflow;
    if (!(input instanceof TypedValue)) return type.pack(input);
    type.unpack(input); // throws when the value is of another type
    return input;
  }

  #restart(run: Run, packed: TypedValue): void {
    const { workflow, caller, callToken } = run;
    const number = this.journal.runCount + 1;
    this.journal.runCount = number;
    // The next run waits before this one ends, so that messages which nobody has received yet are kept for it.
    this.journal.waiting.unshift(
      newRun({
        id: runId(this.#context.address, { number, workflow, caller }, packed),
        ...{ number, workflow, caller, callToken },
        input: packed.withMetadataOf(run.input),
        receivedAt: this.#context.now,
      }),
    );
    this.finish(run, "restarted", undefined);
  }

  /** Takes a run that has ended out of the journal, and withdraws what it waited for. */
  finish(run: Run, outcome: Outcome, error: Failure | undefined): void {
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
    if (journal.waiting.length > 0) this.wakeWaiting();
    else if (journal.runs.length === 0) journal.unreceived.length = 0;
  }

  /** Lets the next run begin that waits for its turn. */
  wakeWaiting(): void {
    this.#context.send(this.#context.address, wakeMessage({}));
  }

  /** Answers the caller of a run, if somebody waits. */
  tell({ caller, callToken }: Run, answer: TypedValue): void {
    if (caller === undefined) return;
    this.#context.send(callToken === undefined ? caller : new WaitingAddress(caller, callToken), answer);
  }
}

/** The id of a run. A first message that comes again gives its run the same id. */
export function runId(
  address: Address,
  { number, workflow, caller }: Pick<Run, "number" | "workflow" | "caller">,
  input: TypedValue,
): string {
  return nameOf(`${address}/${number}/${workflow}/${caller ?? ""}`, input.value);
}

/** A run that has not begun. */
export function newRun(
  parts: Pick<Run, "id" | "number" | "workflow" | "input" | "caller" | "callToken" | "receivedAt">,
): Run {
  return { ...parts, startedAt: 0, cancelledAt: 0, cancelSeq: 0, cancelReason: "", lastSeq: 0, operations: [] };
}

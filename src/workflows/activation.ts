// One pass of a run through its method: from the top to the next wait. Results that are known are delivered one at a time in the
// order in which they came, so that each pass takes the same way.

import { StatefunError } from "../errors.js";
import type { InterceptedRun } from "../functions/interceptor.js";
import type { MessageContext } from "../functions/message-context.js";
import { isThenable } from "../functions/thenable.js";
import type { Failure } from "../model/failure.js";
import { isTerminalError } from "../model/terminal-error.js";
import type { TypedValue } from "../model/typed-value.js";
import { drained } from "./drained.js";
import { operationError } from "./failures.js";
import type { Journal, Operation, OperationKind, Run } from "./journal/journal.js";
import { cancelledFailure, completeOperation, mostOperations, tooLarge, withdrawTimer } from "./operations.js";
import { StepStates } from "./step-states.js";

/** Code that waits for the result of an operation. */
interface Waiter {
  readonly operation: Operation;
  readonly decode: (value: TypedValue | undefined) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Another one whose result came at the same place: that of a cancellation. */
  next: Waiter | undefined;
}

/** How a pass has ended: the method has, or it waits. */
export type End = { readonly returned: unknown } | { readonly thrown: unknown } | "waits";

export interface NewOperation extends Pick<Operation, "kind"> {
  readonly base: string;
  /** Whether the key was chosen by the user, so that it must not come twice. */
  readonly named: boolean;
  readonly callee?: Operation["callee"];
  readonly awaits?: string;
  /** What the operation is about besides its key: a message, or a time in milliseconds. */
  readonly input?: TypedValue | number | undefined;
}

/** The method of the context by which code asks for an operation. */
export type Asker = (...args: any[]) => unknown;

const ignore = () => {};

export class Activation {
  readonly run: Run;
  readonly journal: Journal;
  readonly context: MessageContext;
  readonly states: StepStates;
  /** The time of the last result that was delivered. */
  now: number;
  /** Whether a step that took time has ended in this pass: the next step then belongs to the next pass. */
  stepEnded = false;
  /** Whether a step has got its result in this pass. */
  stepSucceeded = false;
  /** The name of the step whose work is called at this moment. */
  calling: string | undefined;
  /** Whether a step waits for the next pass. */
  needsPass = false;
  /** The failure of the pass that no code of the workflow can catch. */
  #fatal: { readonly thrown: unknown } | undefined;
  /** How code has asked for the operation that is being looked up. */
  asker: Asker = ignore;
  readonly #keys = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  /** Code that waits for a result that is there, by the result's place. */
  readonly #ready: (Waiter | undefined)[] = [];
  /** No place before this one has code that waits. */
  #from = 1;
  readonly #waiting = new Map<Operation, Waiter>();
  #abort: AbortController | undefined;
  /** The reason of the cancellation, once the pass has come to it. */
  #cancelled: Error | undefined;
  /** How many steps run. */
  #running = 0;
  #end: Exclude<End, "waits"> | undefined;
  #live = true;
  #changed = ignore;
  #matchMessages: () => boolean = () => false;

  constructor(journal: Journal, run: Run, context: MessageContext) {
    this.journal = journal;
    this.run = run;
    this.context = context;
    this.states = new StepStates(context.scope.state, `The workflow ${run.workflow} of ${context.address}`);
    this.now = run.startedAt;
    const { operations } = run;
    for (let index = 0; index < operations.length; index++) this.#keys.set((operations[index] as Operation).key, index);
  }

  /** The run, as interceptors see it. */
  get followedRun(): InterceptedRun {
    return { id: this.run.id, metadata: this.run.input.metadata };
  }

  /** Whether the code of the pass still counts. Code that goes on after its pass has ended has no effect. */
  get live(): boolean {
    return this.#live && this.context.running;
  }

  /** Runs the method until it ends or waits. Never rejects. */
  async pass(method: () => unknown, matchMessages: () => boolean): Promise<End> {
    this.#matchMessages = matchMessages;
    this.context.scope.observer?.began(this.run.id);
    this.context.runs?.began(this.followedRun);
    this.#start(method);
    try {
      const end = await this.#untilEnd();
      // A message that fails takes back whatever the code has changed.
      if (end === "waits" || "returned" in end || isTerminalError(end.thrown)) this.states.assertUnchanged();
      return end;
    } catch (thrown) {
      return { thrown };
    } finally {
      this.#live = false;
    }
  }

  #start(method: () => unknown): void {
    try {
      const returned = method();
      if (!isThenable(returned)) this.#settle({ returned });
      else
        Promise.resolve(returned).then(
          (value) => this.#settle({ returned: value }),
          (thrown) => this.#settle({ thrown }),
        );
    } catch (thrown) {
      this.#settle({ thrown });
    }
  }

  #settle(end: Exclude<End, "waits">): void {
    this.#end = end;
    this.#changed();
  }

  async #untilEnd(): Promise<End> {
    for (;;) {
      if (this.#fatal !== undefined) return this.#fatal;
      if (this.#end !== undefined) {
        // A step that was begun is done to its end, so that what it has changed is kept together with its result.
        if (this.#running === 0) return this.#end;
        await this.#change();
        continue;
      }
      await drained();
      if (this.#end !== undefined || this.#fatal !== undefined) continue;
      if (this.#deliverNext() || this.#matchMessages()) continue;
      if (this.#running === 0 && this.#waiting.size > 0) return "waits";
      // Nothing is remembered of a promise that is no operation, so the pass has to wait for it.
      await this.#change();
    }
  }

  /** Resolves when a step ends, an operation is asked for, or the method ends. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = () => {
        this.#changed = ignore;
        resolve();
      };
    });
  }

  /** Delivers the first result that code waits for; returns whether there was one. */
  #deliverNext(): boolean {
    const { lastSeq, cancelSeq } = this.run;
    for (; this.#from <= lastSeq; this.#from++) {
      const isCancel = this.#from === cancelSeq && this.#cancelled === undefined;
      if (isCancel) this.#cancel();
      let waiter = this.#ready[this.#from];
      if (waiter === undefined && !isCancel) continue;
      this.#ready[this.#from] = undefined;
      for (; waiter !== undefined; waiter = waiter.next) this.#deliver(waiter);
      return true;
    }
    return false;
  }

  #cancel(): void {
    this.#cancelled = operationError(cancelledFailure(this.run.id, this.run.cancelReason));
    this.#abort?.abort(this.#cancelled);
  }

  /** Aborted when the pass comes to the run's cancellation. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#cancelled !== undefined) this.#abort.abort(this.#cancelled);
    }
    return this.#abort.signal;
  }

  #deliver({ operation, decode, resolve, reject }: Waiter): void {
    this.now = Math.max(this.now, operation.endedAt);
    this.context.scope.observer?.delivered(this.run.id, operation.key, operation);
    if (operation.error !== undefined) {
      reject(operationError(operation.error));
      return;
    }
    try {
      resolve(decode(operation.value));
    } catch (thrown) {
      reject(thrown);
    }
  }

  /** Finds the operation of this key in the journal, or writes it there. Throws OPERATION_DUPLICATE and RUN_TOO_LARGE. */
  operation({ kind, base, named, callee, awaits, input }: NewOperation): {
    operation: Operation;
    index: number;
    isNew: boolean;
  } {
    const count = (this.#counts.get(base) ?? 0) + 1;
    this.#counts.set(base, count);
    if (count > 1 && named) {
      throw new StatefunError(
        "OPERATION_DUPLICATE",
        `The run asks twice for ${base}. A name stands for one operation of a run: give each its own, as in \`charge-\${index}\`.`,
      );
    }
    const key = count === 1 ? base : `${base}#${count}`;
    this.context.scope.observer?.requested(this.run.id, key, input, this.asker);
    const { operations } = this.run;
    const found = this.#keys.get(key);
    if (found !== undefined) return { operation: operations[found] as Operation, index: found, isNew: false };
    if (operations.length >= mostOperations) throw operationError(tooLarge(this.run, `${mostOperations} operations`));
    const operation: Operation = {
      key,
      kind,
      requestedAt: this.context.now,
      seq: 0,
      endedAt: 0,
      value: undefined,
      error: undefined,
      attempts: 0,
      dueAt: 0,
      callee,
      awaits,
    };
    const index = operations.push(operation) - 1;
    this.#keys.set(key, index);
    return { operation, index, isNew: true };
  }

  /** Resolves to the result of an operation when its turn comes. Never, in code that goes on after its pass has ended. */
  result<T>(operation: Operation, decode: (value: TypedValue | undefined) => T): Promise<T> {
    const promise = new Promise<T>((resolve, reject) => {
      const waiter: Waiter = { operation, decode, resolve: resolve as Waiter["resolve"], reject, next: undefined };
      if (operation.seq > 0) this.#makeReady(waiter);
      else this.#waiting.set(operation, waiter);
    });
    // Code may leave an operation behind. That it fails then must not end the process.
    promise.catch(ignore);
    this.#changed();
    return promise;
  }

  /** Takes an operation back that was written last and could not be done. */
  forget({ key }: Operation): void {
    this.run.operations.pop();
    this.#keys.delete(key);
  }

  /** Lets an operation fail in this pass alone: nothing of it is remembered. */
  reject(operation: Operation, error: unknown): void {
    const waiter = this.#waiting.get(operation);
    this.#waiting.delete(operation);
    waiter?.reject(error);
  }

  /** The operations without a result that code waits for, in the order in which it has asked. */
  waitingFor(kind: OperationKind): Operation[] {
    return [...this.#waiting.keys()].filter((operation) => operation.kind === kind);
  }

  stepBegins(): void {
    this.#running += 1;
  }

  stepEnds(): void {
    this.#running -= 1;
    this.#changed();
  }

  get stepRuns(): boolean {
    return this.#running > 0;
  }

  /** Gives an operation its result. */
  complete(operation: Operation, value: TypedValue | undefined, error?: Failure): void {
    const index = this.#keys.get(operation.key) as number;
    completeOperation(this.run, operation, { value, error, now: this.context.now });
    withdrawTimer(this.context, this.run, index);
    const waiter = this.#waiting.get(operation);
    if (waiter === undefined) return;
    this.#waiting.delete(operation);
    this.#makeReady(waiter);
    this.#changed();
  }

  /** Ends the pass with a failure that no code of the workflow can catch. */
  fail(thrown: unknown): void {
    this.#fatal ??= { thrown };
    this.#changed();
  }

  #makeReady(waiter: Waiter): void {
    const { seq } = waiter.operation;
    const first = this.#ready[seq];
    if (first === undefined) this.#ready[seq] = waiter;
    else {
      let last = first;
      while (last.next !== undefined) last = last.next;
      last.next = waiter;
    }
    this.#from = Math.min(this.#from, seq);
  }
}

// What a program must do, once it is known in which order its results came: a run that never stops, and remembers nothing.

import assert from "node:assert/strict";
import { type Arrival, codeOf, interpret, type Machine, type Trace, type Waiting } from "./interpret.js";
import { attempts, type Case, type Event, ofStep, type Program, valueAt } from "./program.js";

/** How a run ended: what it returned, or the code with which it failed; undefined when it waits for ever. */
export type Outcome = { readonly log: readonly string[] } | { readonly code: string } | undefined;

/** What a run must have done by its end. */
export interface Expected {
  readonly outcome: Outcome;
  /** What the run has sent, and whether it must have: what comes in the same moment as the end may be too late. */
  readonly sent: ReadonlyMap<string, boolean>;
  readonly records: ReadonlyMap<string, boolean>;
  /** The steps that have begun, and how they ended, as far as the run has seen it. */
  readonly steps: ReadonlyMap<string, "ended" | "failed" | "unseen">;
  /** How often the body of each step runs when nothing goes wrong. */
  readonly tries: ReadonlyMap<string, number>;
}

/** How much later than it should a result may come in virtual time, when nothing goes wrong. */
const toleranceMs = 50;

interface Pending {
  readonly operation: Waiting;
  readonly requestedAt: number;
  readonly resolve: (value: number | undefined) => void;
  readonly reject: (failure: object) => void;
}

/** `exact` says that nothing has delayed a result: each comes at its time. */
export interface FollowOptions {
  readonly exact: boolean;
  readonly startedAt: number;
  /** The receives by the notes that they have got, also those of runs before this one. */
  readonly received: Map<number, string>;
  /** Whether notes were refused because no run lived. */
  readonly refused: boolean;
}

/** Runs a program with results that come in this order. Rejects when a result can't have come then. */
export async function follow(
  program: Program,
  events: Case["events"],
  arrivals: readonly Arrival[],
  options: FollowOptions,
): Promise<Expected> {
  const machine = new Reference(events, options);
  const trace: Trace = { arrivals: [], log: [] };
  let outcome: Outcome;
  const end = (ended: Outcome) => {
    outcome = ended;
    machine.ended = true;
  };
  interpret(program, machine, trace).then(
    (log) => end({ log: [...log] }),
    (thrown) => end({ code: codeOf(thrown) }),
  );
  await turn();
  for (const [index, arrival] of arrivals.entries()) {
    assert.equal(outcome, undefined, `${arrival.path} has got a result after the end`);
    machine.deliver(arrival);
    // A cancellation fails all that is waited for at once.
    if (arrival.code !== "RUN_CANCELLED" || arrivals[index + 1]?.code !== "RUN_CANCELLED") await turn();
  }
  assert.deepEqual(trace.arrivals, arrivals, "each result has come once");
  machine.assertFair();
  const { sent, records, steps, tries } = machine;
  return { outcome, sent, records, steps, tries };
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

class Reference implements Machine {
  readonly sent = new Map<string, boolean>();
  readonly records = new Map<string, boolean>();
  readonly steps = new Map<string, "ended" | "failed" | "unseen">();
  readonly tries = new Map<string, number>();
  ended = false;
  now: number;
  readonly #events: readonly Event[];
  readonly #exact: boolean;
  readonly #pending = new Map<string, Pending>();
  /** Which notes each receive takes. */
  readonly #takes = new Map<string, (note: number) => boolean>();
  /** The receives by the notes that they have got. */
  readonly #received: Map<number, string>;
  readonly #refused: boolean;
  /** What was waited for when the run was cancelled. */
  #cancelled: Set<string> | undefined;

  constructor(events: readonly Event[], { exact, startedAt, received, refused }: FollowOptions) {
    this.#events = events;
    this.#exact = exact;
    this.now = startedAt;
    this.#received = received;
    this.#refused = refused;
  }

  perform(operation: Waiting, path: string): Promise<number | undefined> {
    if (operation.op === "step") {
      const { fails, sends } = operation;
      if (sends) this.sent.set(ofStep(path), false);
      this.steps.set(path, "unseen");
      this.tries.set(path, fails === "always" ? attempts : fails === "terminal" ? 1 : fails + 1);
    }
    if (operation.op === "receive") this.#takes.set(path, takesOf(operation));
    return new Promise((resolve, reject) => {
      this.#pending.set(path, { operation, requestedAt: this.now, resolve, reject });
    });
  }

  send(path: string): void {
    this.sent.set(path, !this.ended);
  }

  egress(path: string): void {
    this.records.set(path, !this.ended);
  }

  deliver({ path, value, code, now }: Arrival): void {
    const pending = this.#pending.get(path);
    assert.ok(pending, `nobody waits for ${path}`);
    assert.ok(now >= this.now, `${path}: the time goes back`);
    const { operation, requestedAt } = pending;
    if (code === "RUN_CANCELLED") this.#assertCancelled(path);
    else {
      assert.ok(!this.#cancelled?.has(path), `${path} was waited for when the run was cancelled`);
      this.#assertPossible(path, operation, { value, code, afterMs: now - requestedAt });
    }
    this.now = now;
    this.#pending.delete(path);
    if (operation.op === "step") {
      this.steps.set(path, code === undefined ? "ended" : "failed");
      if (code !== undefined) this.sent.delete(ofStep(path));
      else if (operation.sends) this.sent.set(ofStep(path), true);
    }
    if (code === undefined) pending.resolve(value);
    else pending.reject({ code });
  }

  /** Notes come in their order, so nobody gets a note before an older one that it would take too. */
  assertFair(): void {
    if (this.#refused) return;
    const notes = this.#events.flatMap(({ note }) => note ?? []);
    for (const [note, path] of this.#received) {
      const takes = this.#takes.get(path);
      for (const older of notes.slice(0, notes.indexOf(note))) {
        if (takes?.(older) !== true || this.#received.has(older)) continue;
        const other = [...this.#pending.keys()].some((waiting) => this.#takes.get(waiting)?.(older));
        assert.ok(other, `${path} has got note ${note}, although note ${older} came before`);
      }
    }
  }

  #assertCancelled(path: string): void {
    assert.ok(
      this.#events.some(({ note }) => note === undefined),
      "nobody has cancelled the run",
    );
    this.#cancelled ??= new Set(this.#pending.keys());
    assert.ok(this.#cancelled.has(path), `${path} has begun after the run was cancelled, and was cancelled too`);
  }

  #assertPossible(path: string, operation: Waiting, got: Got): void {
    const { value, code, afterMs } = got;
    const shown = `${path}: ${JSON.stringify(operation)} got ${JSON.stringify(got)}`;
    const comesAfter = (ms: number) => {
      assert.ok(afterMs >= ms, `${shown}, too early`);
      if (this.#exact) assert.ok(afterMs <= ms + toleranceMs, `${shown}, too late`);
    };
    switch (operation.op) {
      case "step": {
        const { fails } = operation;
        const failure = fails === "always" ? "STEP_FAILED" : fails === "terminal" ? "HOPELESS" : undefined;
        assert.deepEqual(
          { value, code },
          failure ? { value: undefined, code: failure } : { value: valueAt(path), code },
          shown,
        );
        break;
      }
      case "sleep":
        assert.deepEqual({ value, code }, { value: undefined, code: undefined }, shown);
        comesAfter(operation.ms);
        break;
      case "call": {
        const { answer, after, timeout = Number.POSITIVE_INFINITY } = operation;
        if (code === "ANSWER_TIMEOUT") {
          comesAfter(timeout);
          if (this.#exact && answer !== "never") assert.ok(after >= timeout, `${shown}, although the answer came`);
          break;
        }
        assert.notEqual(answer, "never", shown);
        const failure = answer === "refused" ? "REFUSED_CALL" : undefined;
        assert.deepEqual(
          { value, code },
          failure ? { value: undefined, code: failure } : { value: valueAt(path), code },
          shown,
        );
        comesAfter(after);
        break;
      }
      case "receive":
        assert.equal(code, undefined, shown);
        this.#assertReceived(path, operation, got, shown, comesAfter);
    }
  }

  #assertReceived(
    path: string,
    operation: Receive,
    { value }: Got,
    shown: string,
    comesAfter: (ms: number) => void,
  ): void {
    if (value === undefined) {
      comesAfter(operation.timeout ?? Number.POSITIVE_INFINITY);
      return;
    }
    assert.ok(takesOf(operation)(value), shown);
    assert.ok(
      this.#events.some(({ note }) => note === value),
      shown,
    );
    assert.equal(this.#received.get(value), undefined, `${shown}, which another one has got`);
    this.#received.set(value, path);
  }
}

type Receive = Extract<Waiting, { op: "receive" }>;

const takesOf =
  ({ parity }: Receive) =>
  (note: number) =>
    parity === undefined || note % 2 === parity;

interface Got {
  readonly value: number | undefined;
  readonly code: string | undefined;
  readonly afterMs: number;
}

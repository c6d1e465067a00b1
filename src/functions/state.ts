// The states of one batch: written into the instance before the first message, compared and kept after each message, and
// taken when the batch answers.

import { StatefunError } from "../errors.js";
import { append, none } from "../model/append.js";
import type { Generation, InvocationBatch, PersistedValue, ValueSpec } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";
import { sameBytes } from "../types/bytes.js";
import type { FunctionSpec, StateSpec } from "./function-spec.js";
import { Cell, type CellMark } from "./state-cell.js";
import { typeMismatch } from "./state-value.js";

/**
 * The values that a request holds for a function's states, in the order of the states, and the states that it lacks.
 */
export interface ResolvedState {
  readonly stored: readonly (TypedValue | undefined)[];
  readonly missing: readonly ValueSpec[];
}

/**
 * Finds the states in a request, and the state besides them that this package itself keeps there. A v3 engine registers the
 * missing ones when it is asked to. A v2 engine registers none, so a missing state is STATE_UNDECLARED there.
 */
export function resolveState(spec: FunctionSpec, batch: InvocationBatch, ownState?: ValueSpec): ResolvedState {
  const { states, stateIndex } = spec;
  // A state that the request lacks stays a hole in this array. A state that is not set is an element that is undefined.
  const stored: (TypedValue | undefined)[] = new Array(states.length);
  let found = 0;
  for (const { name, value } of batch.state) {
    const index = stateIndex.get(name);
    if (index === undefined) continue;
    if (!(index in stored)) found++;
    stored[index] = value;
  }
  const lacksOwn = ownState !== undefined && !batch.state.some(({ name }) => name === ownState.name);
  if (found === states.length && !lacksOwn) return { stored, missing: none };
  const missing = states
    .filter((_, index) => !(index in stored))
    .map(({ name, type, expiration }): ValueSpec => ({ name, typename: type.typename, expiration }));
  if (lacksOwn) missing.push(ownState);
  if (batch.generation === "v2") throw undeclared(spec, missing, lacksOwn ? ownState : undefined);
  return { stored, missing };
}

function undeclared(
  { typeName, states }: FunctionSpec,
  missing: readonly ValueSpec[],
  ownState: ValueSpec | undefined,
): StatefunError {
  const names = missing.map(({ name }) => `"${name}"`).join(", ");
  const own = ownState === undefined ? "" : ` In "${ownState.name}" it keeps messages that failed, as onFailure says.`;
  const hidden = states.find((state) => state.hidden === true && missing.some(({ name }) => name === state.name));
  const why = own + (hidden === undefined ? "" : ` In "${hidden.name}" it keeps the runs of its workflows.`);
  const lines = missing.map(({ name }) => `- name: ${name}`).join(", ");
  return new StatefunError(
    "STATE_UNDECLARED",
    `The module file does not declare the state ${names} of ${typeName}.${why} Add under the function's spec.states in module.yaml: ${lines}.`,
  );
}

/**
 * The states in the midst of a message: those that differ from the message's start, in the order of their declaration. States that
 * an extension keeps are left out.
 */
export interface StateMark {
  readonly cells: readonly (CellMark | undefined)[];
  readonly written: ReadonlyMap<string, PersistedValue> | undefined;
}

/** The states of one batch, and the instance that holds them while the batch runs. */
export class BatchState {
  readonly #spec: FunctionSpec;
  readonly #generation: Generation;
  #instance: object;
  readonly #cells: Cell[];
  readonly #sent: readonly PersistedValue[];
  /**
   * The states that the function does not declare but has written by name, because the engine sent them: those that the
   * message that runs has written, those that were kept, and those that were taken since the batch began.
   */
  #written: Map<string, PersistedValue> | undefined;
  #undeclared: Map<string, PersistedValue> | undefined;
  #taken: Map<string, PersistedValue> | undefined;

  /** Writes the values that the engine sent into the instance. Throws STATE_TYPE_MISMATCH and VALUE_UNREADABLE. */
  constructor(spec: FunctionSpec, batch: InvocationBatch, stored: ResolvedState["stored"], instance: object) {
    this.#spec = spec;
    this.#generation = batch.generation;
    this.#instance = instance;
    this.#sent = batch.state;
    const { typeName, states } = spec;
    const cells: Cell[] = new Array(states.length);
    for (let index = 0; index < states.length; index++) {
      cells[index] = new Cell(typeName, batch.generation, states[index] as StateSpec, stored[index], instance);
    }
    this.#cells = cells;
  }

  /** The instance that holds the states. */
  get instance(): object {
    return this.#instance;
  }

  /**
   * Gives cleared states their defaults back, so that a message finds the same values whether or not it shares a batch
   * with the message before it. Only a fresh instance can make a default that is an object anew.
   */
  restoreDefaults(): void | Promise<void> {
    if (!this.#lacksDefaults) return;
    const cleared = this.#cells.filter((cell) => cell.lacksDefault(this.#instance));
    const fresh = this.#spec.create();
    const restore = (from: object) => {
      for (const cell of cleared) cell.restoreDefault(from, this.#instance);
    };
    return fresh instanceof Promise ? fresh.then(restore) : restore(fresh);
  }

  /** Whether a state that has a default was cleared. Every message asks, and a closure would cost more than the answer. */
  get #lacksDefaults(): boolean {
    for (const cell of this.#cells) if (cell.lacksDefault(this.#instance)) return true;
    return false;
  }

  /**
   * Keeps what the message that has just ended changed. `isLast` says that the message is the last one of its batch. Throws
   * VALUE_INVALID, and then keeps nothing of the message.
   */
  keep(isLast: boolean): void {
    const instance = this.#instance;
    let changed = false;
    for (const cell of this.#cells) if (cell.prepare(instance, isLast)) changed = true;
    if (changed) for (const cell of this.#cells) cell.keep();
    if (this.#written === undefined) return;
    this.#undeclared = new Map([...(this.#undeclared ?? []), ...this.#written]);
    this.#written = undefined;
  }

  /**
   * The name of a state that the message which has just ended changed; undefined when it changed none. `isLast` says that the
   * message is the last one of its batch. Throws VALUE_INVALID.
   */
  changed(isLast: boolean): string | undefined {
    const index = this.#cells.findIndex((cell) => cell.prepare(this.#instance, isLast));
    return this.#spec.states[index]?.name;
  }

  /** The states as they are now. Throws VALUE_INVALID. */
  mark(): StateMark {
    const written = this.#written === undefined ? undefined : new Map(this.#written);
    const { states } = this.#spec;
    const cells = this.#cells.map((cell, at) => (states[at]?.hidden === true ? undefined : cell.mark(this.#instance)));
    return { cells, written };
  }

  /**
   * The state that differs from a mark; undefined when none does. Without a mark the states are compared with the message's
   * start. States that an extension keeps are left out. Throws VALUE_INVALID.
   */
  changedSince(mark: StateMark | undefined): StateSpec | { readonly name: string } | undefined {
    const { states } = this.#spec;
    const index = states.findIndex(({ hidden }, at) => {
      return hidden !== true && !sameMark(this.#cells[at]?.mark(this.#instance), mark?.cells[at]);
    });
    if (index >= 0) return states[index];
    for (const written of this.#written?.values() ?? [])
      if (mark?.written?.get(written.name) !== written) return written;
    return undefined;
  }

  /** Gives the states the values of a mark back, or those at the message's start. States that an extension keeps stay. */
  returnTo(mark: StateMark | undefined): void {
    this.#written = mark?.written === undefined ? undefined : new Map(mark.written);
    this.#cells.forEach((cell, at) => {
      if (this.#spec.states[at]?.hidden !== true) cell.returnTo(mark?.cells[at], this.#instance);
    });
  }

  /**
   * Goes on with a fresh instance after a message that failed, and with the values that were kept last: nobody knows what
   * the failed message has left in the old instance.
   */
  startAnew(): void | Promise<void> {
    this.#written = undefined;
    const begin = (instance: object) => {
      this.#instance = instance;
      for (const cell of this.#cells) cell.begin(instance);
    };
    const fresh = this.#spec.create();
    return fresh instanceof Promise ? fresh.then(begin) : begin(fresh);
  }

  /** Packs what {@link take} takes, and changes nothing else. Throws when a value has grown too large to be packed. */
  pack(): void {
    for (const cell of this.#cells) cell.packKept();
  }

  /** Takes the changes that were kept since they were taken last, in the order of the states' declaration. */
  take(): readonly PersistedValue[] {
    let mutations: readonly PersistedValue[] = none;
    for (const cell of this.#cells) {
      const mutation = cell.take();
      if (mutation !== undefined) mutations = append(mutations, mutation);
    }
    if (this.#undeclared === undefined) return mutations;
    for (const written of this.#undeclared.values()) {
      const { name, value } = written;
      const before = this.#taken?.get(name) ?? this.#sentValue(name);
      // Clearing a state that was not set changes nothing.
      if (value !== undefined || before.value !== undefined) mutations = append(mutations, written);
    }
    this.#taken = new Map([...(this.#taken ?? []), ...this.#undeclared]);
    this.#undeclared = undefined;
    return mutations;
  }

  /** Reads a state by name. Throws STATE_UNDECLARED. */
  read(name: string): TypedValue | undefined {
    const cell = this.#cell(name);
    if (cell !== undefined) return cell.read(this.#instance);
    const sent = this.#sentValue(name);
    return (this.#written?.get(name) ?? this.#undeclared?.get(name) ?? this.#taken?.get(name) ?? sent).value;
  }

  /** Writes a state by name; undefined deletes it. Throws STATE_UNDECLARED and STATE_TYPE_MISMATCH. */
  write(name: string, value: TypedValue | undefined): void {
    const cell = this.#cell(name);
    if (cell !== undefined) cell.write(this.#instance, value);
    else {
      this.#assertWritable(this.#sentValue(name), value);
      this.#written ??= new Map();
      this.#written.set(name, { name, value });
    }
  }

  /** A v3 engine fails the job when a state changes its type; a v2 engine lets it. */
  #assertWritable({ name, value: stored }: PersistedValue, value: TypedValue | undefined): void {
    if (this.#generation === "v2" || stored === undefined || value === undefined) return;
    if (stored.typename !== value.typename) throw typeMismatch(this.#spec.typeName, name, stored.typename, value);
  }

  #cell(name: string): Cell | undefined {
    const index = this.#spec.stateIndex.get(name);
    return index === undefined || this.#spec.states[index]?.hidden === true ? undefined : this.#cells[index];
  }

  #sentValue(name: string): PersistedValue {
    const sent = this.#sent.find((value) => value.name === name);
    // A declared state that is looked for here is one that an extension keeps.
    if (sent !== undefined && !this.#spec.stateIndex.has(name)) return sent;
    const where =
      this.#generation === "v2" ? "under spec.states in module.yaml" : "with @State or register(…, { state })";
    throw new StatefunError("STATE_UNDECLARED", `${this.#spec.typeName} has no state "${name}". Declare it ${where}.`);
  }
}

function sameMark(a: CellMark | undefined, b: CellMark | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.packed === undefined || b.packed === undefined) return a.packed === b.packed && Object.is(a.value, b.value);
  return sameBytes(a.packed.value, b.packed.value);
}

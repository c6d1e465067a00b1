// The states of one batch: written into the instance before its first message, compared and collected after its last.

import { StatefunError } from "../errors.js";
import { append, none } from "../model/append.js";
import type { Generation, InvocationBatch, PersistedValue, ValueSpec } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";
import type { FunctionSpec, StateSpec } from "./function-spec.js";
import { Cell, typeMismatch } from "./state-cell.js";

/** What a request holds of a function's states, in their order; and the states that it lacks. */
export interface ResolvedState {
  readonly stored: readonly (TypedValue | undefined)[];
  readonly missing: readonly ValueSpec[];
}

/**
 * Finds the states in a request. What is missing is for the engine to register. A v2 engine can't register any, so there
 * a missing state is STATE_UNDECLARED.
 */
export function resolveState(spec: FunctionSpec, batch: InvocationBatch): ResolvedState {
  const { states, stateIndex } = spec;
  // What the request does not hold stays a hole, which a value that is not set is not.
  const stored: (TypedValue | undefined)[] = new Array(states.length);
  let found = 0;
  for (const { name, value } of batch.state) {
    const index = stateIndex.get(name);
    if (index === undefined) continue;
    if (!(index in stored)) found++;
    stored[index] = value;
  }
  if (found === states.length) return { stored, missing: none };
  const missing = states.filter((_, index) => !(index in stored));
  if (batch.generation === "v2") {
    const names = missing.map(({ name }) => `"${name}"`).join(", ");
    throw new StatefunError(
      "STATE_UNDECLARED",
      `The module file does not declare the state ${names} of ${spec.typeName}. Add it under the function's spec.states in module.yaml.`,
    );
  }
  return {
    stored,
    missing: missing.map(({ name, type, expiration }) => ({ name, typename: type.typename, expiration })),
  };
}

/** The states of one batch, on the instance it works on. */
export class BatchState {
  readonly #spec: FunctionSpec;
  readonly #generation: Generation;
  readonly #instance: object;
  readonly #cells: Cell[];
  readonly #sent: readonly PersistedValue[];
  /** States that the engine sent although the function does not declare them, once they are written. */
  #undeclared: Map<string, PersistedValue> | undefined;

  /** Writes the sent values into the instance. Throws STATE_TYPE_MISMATCH and VALUE_UNREADABLE. */
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

  /**
   * Gives cleared states their defaults back, so that a message finds the same whether it shares a batch with the one
   * before it or not. A default that is an object has to be made anew, by a fresh instance.
   */
  restoreDefaults(): void | Promise<void> {
    if (!this.#cells.some((cell) => cell.lacksDefault(this.#instance))) return;
    const cleared = this.#cells.filter((cell) => cell.lacksDefault(this.#instance));
    const fresh = this.#spec.create();
    const restore = (from: object) => {
      for (const cell of cleared) cell.restoreDefault(from, this.#instance);
    };
    return fresh instanceof Promise ? fresh.then(restore) : restore(fresh);
  }

  /** What changed, in the order of declaration. Throws VALUE_INVALID. */
  collect(): readonly PersistedValue[] {
    let mutations: readonly PersistedValue[] = none;
    for (const cell of this.#cells) {
      const mutation = cell.mutation(this.#instance);
      if (mutation !== undefined) mutations = append(mutations, mutation);
    }
    if (this.#undeclared === undefined) return mutations;
    for (const written of this.#undeclared.values()) {
      // Clearing what is not set changes nothing.
      if (written.value === undefined && this.#sentValue(written.name).value === undefined) continue;
      mutations = append(mutations, written);
    }
    return mutations;
  }

  /** Reads a state by name. Throws STATE_UNDECLARED. */
  read(name: string): TypedValue | undefined {
    const cell = this.#cell(name);
    if (cell !== undefined) return cell.read(this.#instance);
    return (this.#undeclared?.get(name) ?? this.#sentValue(name)).value;
  }

  /** Writes a state by name; undefined deletes it. Throws STATE_UNDECLARED and STATE_TYPE_MISMATCH. */
  write(name: string, value: TypedValue | undefined): void {
    const cell = this.#cell(name);
    if (cell !== undefined) cell.write(this.#instance, value);
    else {
      this.#assertWritable(this.#sentValue(name), value);
      this.#undeclared ??= new Map();
      this.#undeclared.set(name, { name, value });
    }
  }

  /** A v3 engine fails the job over a state that changes its type; a v2 engine takes any. */
  #assertWritable({ name, value: stored }: PersistedValue, value: TypedValue | undefined): void {
    if (this.#generation === "v2" || stored === undefined || value === undefined) return;
    if (stored.typename !== value.typename) throw typeMismatch(this.#spec.typeName, name, stored.typename, value);
  }

  #cell(name: string): Cell | undefined {
    const index = this.#spec.stateIndex.get(name);
    return index === undefined ? undefined : this.#cells[index];
  }

  #sentValue(name: string): PersistedValue {
    const sent = this.#sent.find((value) => value.name === name);
    if (sent !== undefined) return sent;
    const where =
      this.#generation === "v2" ? "under spec.states in module.yaml" : "with @State or register(…, { state })";
    throw new StatefunError("STATE_UNDECLARED", `${this.#spec.typeName} has no state "${name}". Declare it ${where}.`);
  }
}

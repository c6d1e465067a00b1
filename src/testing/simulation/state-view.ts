// The states, the delayed messages and the egress records of a run, as its invariants see them: what is on the disk.

import { kinds, parseAddressKey, parseOrdered } from "../../engine/keys.js";
import { decodeDelayed } from "../../engine/message.js";
import { decodeStateValue, isExpired, type StateValue } from "../../engine/state-values.js";
import { typeNameOf } from "../../functions/class-record.js";
import type { FunctionSpec, StateSpec } from "../../functions/function-spec.js";
import type { FunctionClass } from "../../functions/handled-messages.js";
import type { StatefulFunctions } from "../../functions/stateful-functions.js";
import { Address } from "../../model/address.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { Write } from "../../store/store.js";
import { showValue, type TypeFinder } from "../../types/show-value.js";
import { journalName, wakeTypename } from "../../workflows/journal/names.js";
import { plain, plainOf } from "../plain.js";
import type { StatesOf } from "../plain-types.js";
import { type RunView, runViews } from "../run-views.js";
import { type DelayedView, delayedView, sentView } from "../views.js";

/** The states of a target, as far as the compiler can see them. */
type StatesAt<T> = T extends FunctionClass<infer I> ? StatesOf<I> : any;

/** What an invariant sees. Everything in it is on disk, so a crash at this moment would leave just this behind. */
export interface SimulationView {
  /** The virtual time, in milliseconds since 1970. */
  readonly now: number;
  /**
   * The states of an instance by the names of their properties, as plain values. A state that is not set has its default,
   * unless its class is made by an asynchronous `create`.
   */
  state<T extends string | FunctionClass<object>>(target: T, id: string): StatesAt<T>;
  /** The states of all instances of a function that have any state set, by their ids. */
  states<T extends string | FunctionClass<object>>(target: T): ReadonlyMap<string, StatesAt<T>>;
  /** The records that an egress has taken, as plain values. A record that comes again is there once. */
  egress(name: string): readonly any[];
  /** The messages that wait for their time, the next one first. The timers of workflows' runs are not among them. */
  delayed(): readonly DelayedView[];
  /** The runs of workflows at an address: those that live, those that wait for their turn, and the one that has ended last. */
  runs<T extends string | FunctionClass<object>>(target: T, id: string): readonly RunView[];
}

/** A change of a state, as people read it. */
export interface ShownChange {
  readonly address: string;
  readonly state: string;
  readonly before: string;
  readonly after: string;
}

export class StateView implements SimulationView {
  readonly #functions: StatefulFunctions;
  readonly #types: TypeFinder;
  readonly #find = (typename: string) => this.#types.find(typename);
  readonly #now: () => number;
  /** The values of states by type name, id and name. */
  readonly #values = new Map<string, Map<string, Map<string, StateValue>>>();
  readonly #delayed = new Map<string, Uint8Array>();
  readonly #records = new Map<string, Map<string, TypedValue>>();

  constructor(functions: StatefulFunctions, types: TypeFinder, now: () => number) {
    this.#functions = functions;
    this.#types = types;
    this.#now = now;
  }

  get now(): number {
    return this.#now();
  }

  /** When the first delayed message is due; undefined when there is none. */
  get nextDue(): number | undefined {
    let first: string | undefined;
    for (const key of this.#delayed.keys()) if (first === undefined || key < first) first = key;
    return first === undefined ? undefined : parseOrdered(first.slice(1));
  }

  state(target: string | FunctionClass<object>, id: string): any {
    const typeName = typeNameOf(target);
    return this.#object(this.#spec(typeName), this.#values.get(typeName)?.get(id));
  }

  states(target: string | FunctionClass<object>): ReadonlyMap<string, any> {
    const typeName = typeNameOf(target);
    const spec = this.#spec(typeName);
    return new Map([...(this.#values.get(typeName) ?? [])].map(([id, values]) => [id, this.#object(spec, values)]));
  }

  egress(name: string): readonly unknown[] {
    return [...(this.#records.get(name)?.values() ?? [])].map((value) => plainOf(value, this.#find));
  }

  delayed(): readonly DelayedView[] {
    return [...this.#delayed.keys()].sort().flatMap((key) => {
      const { target, dueAt, value, token } = this.#message(key);
      const message = value.unpack();
      if (message.typename === wakeTypename) return [];
      return [delayedView(sentView(String(target), message, this.#find), Math.max(0, dueAt - this.now), token)];
    });
  }

  runs(target: string | FunctionClass<object>, id: string): readonly RunView[] {
    const typeName = typeNameOf(target);
    const journal = this.#values.get(typeName)?.get(id)?.get(journalName);
    return runViews(Address.of(typeName, id), journal?.packed.unpack(), this.#find);
  }

  /** Takes over a commit, and returns which states it has changed. */
  committed(writes: readonly Write[]): ShownChange[] {
    const changes: ShownChange[] = [];
    for (const [key, bytes] of writes) {
      if (key.startsWith(kinds.delayed)) {
        if (bytes === undefined) this.#delayed.delete(key);
        else this.#delayed.set(key, bytes);
      } else if (key.startsWith(kinds.state)) {
        const { address, rest: state } = parseAddressKey(key);
        const { typeName, id } = address;
        const ids = inserted(this.#values, typeName, () => new Map<string, Map<string, StateValue>>());
        const values = inserted(ids, id, () => new Map<string, StateValue>());
        const before = this.#shown(values.get(state));
        if (bytes === undefined) values.delete(state);
        else values.set(state, decodeStateValue(bytes));
        if (values.size === 0) ids.delete(id);
        changes.push({ address: String(address), state, before, after: this.#shown(values.get(state)) });
      }
    }
    return changes;
  }

  /** Takes over a record of an egress. A record that comes again counts once. */
  received(egress: string, id: string, value: TypedValue): void {
    inserted(this.#records, egress, () => new Map<string, TypedValue>()).set(id, value);
  }

  #message(key: string) {
    return decodeDelayed(key, parseOrdered(key.slice(1)), this.#delayed.get(key) as Uint8Array);
  }

  #object(spec: FunctionSpec | undefined, values: ReadonlyMap<string, StateValue> | undefined): object {
    const object: Record<string | symbol, unknown> = {};
    const fresh = spec?.create();
    for (const state of spec?.states ?? []) {
      if (state.hidden === true) continue;
      const value = this.#value(state, values, fresh);
      if (value !== undefined) object[state.property?.key ?? state.name] = value;
    }
    return object;
  }

  #value(state: StateSpec, values: ReadonlyMap<string, StateValue> | undefined, fresh: unknown): unknown {
    const { name, type, expiration } = state;
    const value = values?.get(name);
    if (value !== undefined && !isExpired(value, { expiration }, this.now))
      return plain(type.unpack(value.packed.unpack()));
    return fresh instanceof Promise ? undefined : plain(state.get(fresh as object));
  }

  #shown(value: StateValue | undefined): string {
    if (value === undefined) return "unset";
    const shown = showValue(this.#types, value.packed.unpack());
    return "value" in shown ? JSON.stringify(shown.value) : `${shown.base64} (base64)`;
  }

  #spec(typeName: string): FunctionSpec | undefined {
    return this.#functions.get(typeName);
  }
}

function inserted<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

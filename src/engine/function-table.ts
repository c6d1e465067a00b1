// The functions the engine knows: how each is reached, and which states it has registered since the start.

import { StatefunError } from "../errors.js";
import { type Expiration, noExpiration } from "../model/expiration.js";
import type { ValueSpec } from "../model/invocation.js";
import type { FindRoute, Route } from "./endpoint.js";
import type { GroupCommit } from "./group-commit.js";
import { functionKey, kinds } from "./keys.js";
import { decodeMessage, type Message } from "./message.js";

/** A state as the store remembers it: enough to refuse another typename, and to know when a value expires. */
interface Registered extends Expiration {
  readonly typename: string;
}

/** One function, by its type name. */
export class KnownFunction {
  readonly namespace: string;
  readonly name: string;
  readonly route: Route;
  /** The states that are sent with every call: those a v2 module file declares, or a v3 function has asked for. */
  readonly states: ValueSpec[];

  /** What the keys of its addresses begin with. */
  readonly key: string;

  constructor(namespace: string, name: string, route: Route) {
    this.namespace = namespace;
    this.name = name;
    this.route = route;
    this.key = functionKey(namespace, name);
    this.states = [...(route.states ?? [])];
  }

  get typeName(): string {
    return `${this.namespace}/${this.name}`;
  }

  state(name: string): ValueSpec | undefined {
    return this.states.find((spec) => spec.name === name);
  }

  /** Reads an entry of a mailbox; it may be from when the function was of the other generation. */
  readonly decodeMessage = (key: string, bytes: Uint8Array): Message =>
    decodeMessage(key, bytes, this.route.generation);
}

export class FunctionTable {
  readonly #findRoute: FindRoute;
  readonly #commit: GroupCommit;
  readonly #known = new Map<string, Map<string, KnownFunction>>();

  constructor(findRoute: FindRoute, commit: GroupCommit) {
    this.#findRoute = findRoute;
    this.#commit = commit;
  }

  /** The function of this name; undefined when nothing serves it. */
  find(namespace: string, name: string): KnownFunction | undefined {
    const known = this.#known.get(name)?.get(namespace);
    if (known !== undefined) return known;
    const route = this.#findRoute(namespace, name);
    if (route === undefined) return undefined;
    const found = new KnownFunction(namespace, name, route);
    this.#known.set(name, (this.#known.get(name) ?? new Map()).set(namespace, found));
    for (const spec of found.states) this.#remember(found, spec);
    return found;
  }

  /** The functions that were met since the start. */
  all(): KnownFunction[] {
    return [...this.#known.values()].flatMap((functions) => [...functions.values()]);
  }

  /**
   * Registers the states that a function misses. Throws STATE_TYPENAME_CHANGED when one was once registered with another
   * typename, and RESPONSE_MALFORMED when all of them were just sent.
   */
  register(known: KnownFunction, missing: readonly ValueSpec[]): void {
    const added = missing.filter(({ name }) => known.state(name) === undefined);
    if (added.length === 0) {
      throw new StatefunError(
        "RESPONSE_MALFORMED",
        `${known.typeName} asks again for states that it was just given: ${missing.map(({ name }) => name).join(", ") || "none"}.`,
      );
    }
    for (const spec of added) this.#assertTypename(known, spec.name, spec.typename);
    for (const spec of added) {
      known.states.push(spec);
      this.#remember(known, spec);
    }
  }

  /**
   * Freezes the typename of a state that people set, as if its function had asked for it. Throws STATE_TYPENAME_CHANGED.
   */
  freeze(known: KnownFunction, state: string, typename: string): void {
    this.#assertTypename(known, state, typename);
    // Values of v2 may have another name in v3, so they freeze none.
    if (known.route.generation === "v2") return;
    this.#remember(known, { name: state, typename, expiration: this.expirationOf(known, state) });
  }

  /** When values of a state expire, as its function said last: before this start, too, and when nothing serves it now. */
  expirationOf({ namespace, name }: Pick<KnownFunction, "namespace" | "name">, state: string): Expiration {
    const { mode, afterMs } = this.#registered(functionKey(namespace, name), state) ?? noExpiration;
    return { mode, afterMs };
  }

  /** Throws STATE_TYPENAME_CHANGED when the state was ever registered with another typename. */
  #assertTypename(known: KnownFunction, state: string, typename: string): void {
    const before = this.#registered(known.key, state);
    if (before === undefined || before.typename === "" || before.typename === typename) return;
    throw new StatefunError(
      "STATE_TYPENAME_CHANGED",
      `The state "${state}" of ${known.typeName} is a ${before.typename} and can't become a ${typename}. Give it its old type, or the new one another name.`,
    );
  }

  #registered(key: string, state: string): Registered | undefined {
    const stored = this.#commit.get(registeredKey(key, state));
    return stored === undefined ? undefined : JSON.parse(Buffer.from(stored).toString());
  }

  /** The typename is frozen for ever; an expiration is what the function said last. */
  #remember({ key }: KnownFunction, { name, typename, expiration }: ValueSpec): void {
    const before = this.#registered(key, name);
    // A v2 function's states have no typename; the one that a v3 function gave stays.
    const value: Registered = {
      typename: typename || (before?.typename ?? ""),
      mode: expiration.mode,
      afterMs: expiration.afterMs,
    };
    const text = JSON.stringify(value);
    if (JSON.stringify(before) === text) return;
    this.#commit.put(registeredKey(key, name), Buffer.from(text));
  }
}

/** `key`: the function's. */
const registeredKey = (key: string, state: string) => kinds.registered + key + state;

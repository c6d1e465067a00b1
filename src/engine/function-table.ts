// The functions that the engine knows: how each is reached, and which states it has registered.

import { type Expiration, noExpiration } from "../model/expiration.js";
import { LastingFailure } from "../model/failure.js";
import { policyOver, type WholePolicy } from "../model/function-policy.js";
import type { ValueSpec } from "../model/invocation.js";
import { Backlog, type Memory } from "./backlog.js";
import { BatchSize } from "./batch-size.js";
import type { FindRoute, Route } from "./endpoint.js";
import { unindexedKey } from "./expiry-entries.js";
import type { GroupCommit } from "./group-commit.js";
import { functionKey, kinds } from "./keys.js";
import type { Labelled } from "./labelled.js";
import { decodeMessage, type Message } from "./message.js";
import type { FunctionCounters } from "./metrics.js";
import type { Sender } from "./traffic.js";

/** The registration of a state, as the store keeps it: it refuses another typename, and says when a value expires. */
interface Registration extends Expiration {
  readonly typename: string;
}

/** An egress, as far as its functions need to know it. */
interface FilledEgress {
  readonly egress: string;
  /** Whether more bytes wait there than may. */
  readonly full: boolean;
}

/** One function. */
export class KnownFunction {
  readonly namespace: string;
  readonly name: string;
  readonly route: Route;
  /** What happens when a message fails. */
  readonly policy: WholePolicy;
  readonly batchSize: BatchSize;
  /** The states that every call carries: those that a v2 module file declares, or that a v3 function has registered. */
  readonly states: ValueSpec[];
  /** Whether the states that a v2 module file declares have been registered since the start. */
  declaredRegistered = false;
  /** The beginning of the keys of its addresses. */
  readonly key: string;
  /** What waits in the mailboxes of its addresses. */
  readonly backlog: Backlog;
  /** Its counts since the start. Functions beyond the bound of labels share theirs. */
  readonly counters: FunctionCounters;
  /** How many messages its calls have sent, less those that they have handled, since its lane was charged for them. */
  made = 0;
  /** Counts what it sends; undefined until it has sent something that is counted. */
  sender: Sender | undefined;
  /** How many of its addresses are awake. */
  awake = 0;
  /** Whether addresses of it may have messages without being awake; see sleeping-addresses.ts. */
  sleeping = false;
  /** The egresses that it has sent records to and that had too many; see admission.ts. */
  readonly filled = new Set<FilledEgress>();

  constructor(
    namespace: string,
    name: string,
    route: Route,
    policy: WholePolicy,
    backlog: Backlog,
    counters: FunctionCounters,
  ) {
    this.namespace = namespace;
    this.name = name;
    this.route = route;
    this.policy = policy;
    this.batchSize = new BatchSize(route.maxBatch);
    this.key = functionKey(namespace, name);
    this.backlog = backlog;
    this.counters = counters;
    this.states = [...(route.states ?? [])];
  }

  get typeName(): string {
    return `${this.namespace}/${this.name}`;
  }

  /** Whether nothing of it is in memory, and nothing that has come since the start waits. */
  get idle(): boolean {
    if (this.awake > 0 || this.sleeping || this.backlog.bytes > 0 || this.backlog.loaded > 0) return false;
    for (const egress of this.filled) if (egress.full) return false;
    return true;
  }

  state(name: string): ValueSpec | undefined {
    for (const spec of this.states) if (spec.name === name) return spec;
    return undefined;
  }

  /** Decodes an entry of a mailbox, which may be from a time when the function was of the other generation. */
  readonly decodeMessage = (key: string, bytes: Uint8Array): Message =>
    decodeMessage(key, bytes, this.route.generation);
}

/** How many functions that have nothing to do are remembered: for lists, and with the states that they have asked for. */
const mostIdle = 1_000;

export class FunctionTable {
  readonly #findRoute: FindRoute;
  readonly #commit: GroupCommit;
  readonly #memory: Memory;
  readonly #mailboxes: Backlog;
  readonly #policy: WholePolicy;
  /** The counts of each function that has a label of its own, and of all others together. */
  readonly counters: Labelled<FunctionCounters>;
  readonly #known = new Map<string, Map<string, KnownFunction>>();
  /** The functions that came to rest, the latest last. Some of them may have something to do again. */
  readonly #idle = new Set<KnownFunction>();

  /**
   * What waits in the mailboxes of all functions counts in `mailboxes`, and takes of the `memory`. The `policy` holds for
   * what the route of a function leaves open.
   */
  constructor(
    findRoute: FindRoute,
    commit: GroupCommit,
    memory: Memory,
    mailboxes: Backlog,
    policy: WholePolicy,
    counters: Labelled<FunctionCounters>,
  ) {
    this.#policy = policy;
    this.counters = counters;
    this.#memory = memory;
    this.#mailboxes = mailboxes;
    this.#findRoute = findRoute;
    this.#commit = commit;
  }

  /** The function of this name, if it was found before. */
  peek(namespace: string, name: string): KnownFunction | undefined {
    return this.#known.get(name)?.get(namespace);
  }

  /**
   * How the function of this name is reached; undefined when nothing serves it. Whoever only asks leaves nothing behind,
   * whatever the name.
   */
  routeOf(namespace: string, name: string): Route | undefined {
    return this.peek(namespace, name)?.route ?? this.#findRoute(namespace, name);
  }

  /** Whether something serves the function of this name. */
  serves(namespace: string, name: string): boolean {
    return this.routeOf(namespace, name) !== undefined;
  }

  /**
   * The function of this name; undefined when nothing serves it. The function is remembered: whoever finds it must wake one of
   * its addresses or let it {@link rest}.
   */
  find(namespace: string, name: string): KnownFunction | undefined {
    const known = this.#known.get(name)?.get(namespace);
    if (known !== undefined) return known;
    const route = this.#findRoute(namespace, name);
    if (route === undefined) return undefined;
    const backlog = new Backlog(this.#memory, this.#mailboxes);
    const counters = this.counters.of(`${namespace}/${name}`);
    const found = new KnownFunction(namespace, name, route, this.policyOf(route), backlog, counters);
    this.#known.set(name, (this.#known.get(name) ?? new Map()).set(namespace, found));
    return found;
  }

  /** What happens when a message of a function that is reached so fails. */
  policyOf({ policy }: Route): WholePolicy {
    return policy === undefined ? this.#policy : policyOver(policy, this.#policy);
  }

  /**
   * Says that none of a function's addresses is awake any more. The names of functions come from messages when an endpoint
   * serves a whole namespace, so the functions that have been idle for the longest time are forgotten.
   */
  rest(known: KnownFunction): void {
    const idle = this.#idle;
    idle.delete(known);
    idle.add(known);
    if (idle.size <= mostIdle) return;
    const [oldest] = idle;
    if (oldest === undefined) return;
    idle.delete(oldest);
    if (oldest.idle) this.#forget(oldest);
  }

  #forget({ namespace, name }: KnownFunction): void {
    const functions = this.#known.get(name);
    functions?.delete(namespace);
    if (functions?.size === 0) this.#known.delete(name);
  }

  /**
   * Registers the states that a v2 module file declares, unless that was done since the start. It reads the store, so it is
   * done when the function is called and not when it is looked up, which a transaction does too.
   */
  registerDeclared(known: KnownFunction): void {
    if (known.declaredRegistered) return;
    const specs = known.route.states ?? [];
    const before = specs.map(({ name }) => this.#registration(known.key, name));
    for (const [index, spec] of specs.entries()) this.#remember(known, spec, before[index]);
    known.declaredRegistered = true;
  }

  /** The functions that have something to do, and those that had something lately. */
  all(): KnownFunction[] {
    return [...this.#known.values()].flatMap((functions) => [...functions.values()]);
  }

  /**
   * Registers the states that a function misses, as part of the open transaction. Throws STATE_TYPENAME_CHANGED when a
   * state was ever registered with another typename, and RESPONSE_MALFORMED when the call carried all of them.
   */
  register(known: KnownFunction, missing: readonly ValueSpec[]): void {
    const added = missing.filter(({ name }) => known.state(name) === undefined);
    if (added.length === 0) {
      throw new LastingFailure(
        "RESPONSE_MALFORMED",
        `${known.typeName} asks for states that its call carried already: ${missing.map(({ name }) => name).join(", ") || "none"}.`,
      );
    }
    const before = added.map((spec) => this.#assertTypename(known, spec.name, spec.typename));
    for (const [index, spec] of added.entries()) {
      known.states.push(spec);
      this.#remember(known, spec, before[index]);
    }
  }

  /**
   * Registers a state that people set, as if its function had asked for it. Throws STATE_TYPENAME_CHANGED when the state
   * was ever registered with another typename.
   */
  registerTypename(known: KnownFunction, state: string, typename: string): void {
    const before = this.#assertTypename(known, state, typename);
    // A value of v2 may have another typename in v3, so it registers none.
    if (known.route.generation === "v2") return;
    const { mode, afterMs } = before ?? noExpiration;
    this.#remember(known, { name: state, typename, expiration: { mode, afterMs } }, before);
  }

  /** When values of a state expire, as its function said last: perhaps in an earlier run of the program. */
  expirationOf({ namespace, name }: Pick<KnownFunction, "namespace" | "name">, state: string): Expiration {
    return this.expirationOfKey(functionKey(namespace, name), state);
  }

  /** The same as {@link expirationOf}, for a function that the part of a key names. */
  expirationOfKey(functionKey: string, state: string): Expiration {
    const { mode, afterMs } = this.#registration(functionKey, state) ?? noExpiration;
    return { mode, afterMs };
  }

  /** Returns the registration. Throws STATE_TYPENAME_CHANGED when it has another typename. */
  #assertTypename(known: KnownFunction, state: string, typename: string): Registration | undefined {
    const before = this.#registration(known.key, state);
    if (before === undefined || before.typename === "" || before.typename === typename) return before;
    throw new LastingFailure(
      "STATE_TYPENAME_CHANGED",
      `The state "${state}" of ${known.typeName} is a ${before.typename} and can't become a ${typename}. Give the state its old type again, or give the new state another name.`,
    );
  }

  #registration(key: string, state: string): Registration | undefined {
    const stored = this.#commit.get(registrationKey(key, state));
    return stored === undefined ? undefined : JSON.parse(Buffer.from(stored).toString());
  }

  /** A typename stays for ever. An expiration is what the function said last. */
  #remember({ key }: KnownFunction, { name, typename, expiration }: ValueSpec, before: Registration | undefined): void {
    // The states of a v2 function have no typename: a typename that a v3 function has registered stays.
    const value: Registration = {
      typename: typename || (before?.typename ?? ""),
      mode: expiration.mode,
      afterMs: expiration.afterMs,
    };
    const text = JSON.stringify(value);
    if (JSON.stringify(before) === text) return;
    const registered = registrationKey(key, name);
    this.#commit.put(registered, Buffer.from(text));
    // Values that are there may lack an entry in the index, or have one that is too late now.
    const same = value.mode === (before?.mode ?? "none") && value.afterMs === before?.afterMs;
    if (value.mode !== "none" && !same) this.#commit.put(unindexedKey(registered), new Uint8Array(0));
  }
}

/** The entries that are read when states are registered. */
export const registrationKeys = (known: KnownFunction, specs: readonly ValueSpec[]): string[] =>
  specs.map(({ name }) => registrationKey(known.key, name));

const registrationKey = (functionKey: string, state: string) => kinds.registration + functionKey + state;

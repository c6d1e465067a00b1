// Whether the engine takes what comes from outside: not while it closes, not while the store can't be written, and not when
// too much waits.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import type { Backlog } from "./backlog.js";
import type { Route } from "./endpoint.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instances } from "./instances.js";
import type { EngineLimits } from "./limits.js";
import type { WaitingCalls } from "./waiting-calls.js";

interface AdmissionParts {
  readonly functions: FunctionTable;
  readonly instances: Instances;
  readonly calls: WaitingCalls;
  readonly commit: GroupCommit;
  readonly limits: EngineLimits;
  /** What waits inside: in the mailboxes, and for the egresses. */
  readonly mailboxes: Backlog;
  readonly records: Backlog;
}

export class Admission {
  readonly #parts: AdmissionParts;
  #closed = false;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Why nothing is taken from outside; undefined while all is well. */
  get trouble(): StatefunError | undefined {
    return this.#stopped ?? (this.#full ? overloaded("Too many messages and records wait") : undefined);
  }

  /** Ends admission: from now on nothing is taken from outside. */
  close(): void {
    this.#closed = true;
  }

  /** Throws SHUTTING_DOWN. */
  assertNotClosed(): void {
    if (this.#closed) throw closingError();
  }

  /** Throws SHUTTING_DOWN, STORE_FULL or STORE_FAILED when nothing can be changed. */
  assertOpen(): void {
    const stopped = this.#stopped;
    if (stopped !== undefined) throw new StatefunError(stopped.code, stopped.message);
  }

  /** Returns the function of an address that is about to get a change. Throws FUNCTION_UNKNOWN. */
  functionOf(address: Address): KnownFunction {
    this.assertServed(address);
    return this.#parts.functions.find(address.namespace, address.name) as KnownFunction;
  }

  /** Throws FUNCTION_UNKNOWN when nothing serves the function of an address. */
  assertServed(address: Address): void {
    this.routeOf(address);
  }

  /** Returns how the function of an address is reached. Throws FUNCTION_UNKNOWN. */
  routeOf(address: Address): Route {
    const route = this.#parts.functions.routeOf(address.namespace, address.name);
    if (route !== undefined) return route;
    throw new StatefunError(
      "FUNCTION_UNKNOWN",
      `Nothing serves ${address.typeName}. Bind its class, or add its endpoint to the module file.`,
    );
  }

  /** Throws FUNCTION_UNKNOWN, OVERLOADED or MAILBOX_FULL when no message for this address is taken. */
  assertRoom(target: Address): void {
    const { instances, functions, limits } = this.#parts;
    this.assertServed(target);
    if (this.#full) throw overloaded("Too many messages and records wait");
    const known = functions.peek(target.namespace, target.name);
    if (known === undefined) return;
    if (known.backlog.bytes >= limits.functionBytes) throw overloaded(`Too many messages wait for ${known.typeName}`);
    for (const egress of known.filled) {
      if (egress.full)
        throw overloaded(`Too many records wait for ${egress.egress}, where ${known.typeName} sends records`);
      known.filled.delete(egress);
    }
    if ((instances.peek(target)?.mailbox.bytes ?? 0) >= limits.mailboxBytes) {
      throw new StatefunError("MAILBOX_FULL", `Too many messages wait for ${target}. Send again later.`);
    }
  }

  /** Throws OVERLOADED when no further call may wait for its answer. */
  assertRoomForCall(): void {
    if (this.#parts.calls.count >= this.#parts.limits.callsWaiting)
      throw overloaded("Too many calls wait for their answer");
  }

  get #stopped(): StatefunError | undefined {
    return this.#closed ? closingError() : this.#parts.commit.trouble;
  }

  get #full(): boolean {
    const { mailboxes, records, limits } = this.#parts;
    return mailboxes.bytes + records.bytes >= limits.totalBytes;
  }
}

const overloaded = (why: string) => new StatefunError("OVERLOADED", `${why}. Send again later.`);

/** The error for a caller or a change that the end of the engine cuts off. */
export const closingError = () =>
  new StatefunError("SHUTTING_DOWN", "The runtime is closing. Send again when it is back.");

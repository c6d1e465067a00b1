// An egress to a function of this process.

import type { EgressConsumer, EgressRecord } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { FindType } from "../../types/value-json.js";
import { type EgressOptions, Retry } from "./retry.js";

/**
 * Takes one record's value, decoded when its type is known here, else as a TypedValue. When it throws or its promise
 * rejects, the record comes again: it must be harmless to do twice, or drop ids that it has seen.
 */
export type EgressHandler = (value: any, record: EgressRecord) => Promise<void> | void;

/** Options of a {@link ProcessEgress}. */
export interface ProcessEgressOptions extends EgressOptions {
  /** How many records may be with the handler at once. Defaults to 1: in order, one after the other. */
  readonly concurrency?: number | undefined;
}

/** Hands records to a handler, and acknowledges each when its promise resolves. */
export class ProcessEgress implements EgressConsumer {
  readonly window: number;
  readonly #handler: EgressHandler;
  readonly #find: FindType;
  readonly #retry: Retry;

  /** Throws OPTION_INVALID. */
  constructor(egress: string, handler: EgressHandler, find: FindType, options: ProcessEgressOptions = {}) {
    if (typeof handler !== "function") {
      throw new StatefunError("OPTION_INVALID", `The handler of the egress ${egress} must be a function.`);
    }
    this.window = windowOf(egress, options.concurrency);
    this.#handler = handler;
    this.#find = find;
    this.#retry = new Retry(`The handler of the egress ${egress}`, options);
  }

  receive(record: EgressRecord): Promise<void> {
    return this.#retry.run(`the record ${record.id}`, async () => {
      await this.#handler(decoded(record.value, this.#find), record);
    });
  }

  /** Tries no record again. */
  async close(): Promise<void> {
    this.#retry.close();
  }
}

/** Checks a concurrency, which is 1 unless given. Throws OPTION_INVALID. */
export function windowOf(egress: string, concurrency = 1): number {
  if (Number.isInteger(concurrency) && concurrency > 0) return concurrency;
  throw new StatefunError(
    "OPTION_INVALID",
    `The concurrency of the egress ${egress} is ${concurrency}; it must be a whole number above 0.`,
  );
}

function decoded(value: TypedValue, find: FindType): unknown {
  const type = find(value.typename);
  if (type === undefined) return value;
  try {
    return type.unpack(value);
  } catch (error) {
    if (error instanceof StatefunError) return value; // another version's bytes: the handler may know better
    throw error;
  }
}

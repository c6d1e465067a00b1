// An egress to a function of this process.

import type { EgressFailure } from "../../engine/egresses-api.js";
import type { EgressConsumer, EgressRecord } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { checked, defineOptions, positiveInteger, required, withDefault } from "../../model/options.js";
import type { TypedValue } from "../../model/typed-value.js";
import { recordObject } from "../../types/record-json.js";
import type { FindType } from "../../types/value-json.js";
import { type RepeatOptions, Retry } from "./retry.js";

/**
 * Takes the value of one record. The value is decoded when its type is known in this process; otherwise it is a TypedValue. A record
 * for Kafka or Kinesis is an object: `{ topic, key, value, headers }` or `{ stream, partitionKey, value, explicitHashKey }`, whose
 * value is decoded in the same way.
 * A record whose handler throws or rejects comes again, so a record that comes twice must do no harm.
 */
export type EgressHandler = (value: any, record: EgressRecord) => Promise<void> | void;

/** Hands records to a function, each at least once. */
export interface ProcessEgressSpec {
  /** The function that takes each record. */
  readonly handler: EgressHandler;
  /** How many records the handler may have at once. Defaults to 1: in order, one after the other. */
  readonly concurrency?: number;
}

const processEgressOptions = defineOptions<ProcessEgressSpec>()({
  handler: required(
    checked("a function", (input): input is EgressHandler => typeof input === "function"),
    "a function",
  ),
  concurrency: withDefault(positiveInteger, 1),
});

/** Hands records to a handler. A record is acknowledged when the handler's promise resolves. */
export class ProcessEgress implements EgressConsumer {
  readonly kind = "function";
  readonly window: number;
  readonly #handler: EgressHandler;
  readonly #find: FindType;
  readonly #retry: Retry;

  /** Throws OPTION_INVALID. */
  constructor(egress: string, spec: ProcessEgressSpec, find: FindType, options: RepeatOptions = {}) {
    const { handler, concurrency } = processEgressOptions.read(`The egress ${egress}`, spec);
    this.window = concurrency;
    this.#handler = handler;
    this.#find = find;
    this.#retry = new Retry({ name: `The handler of the egress ${egress}`, egress }, options);
  }

  /** See EgressConsumer.failures. */
  get failures(): number {
    return this.#retry.failures;
  }

  /** See EgressConsumer.lastFailure. */
  get lastFailure(): EgressFailure | undefined {
    return this.#retry.lastFailure;
  }

  receive(record: EgressRecord): Promise<void> {
    return this.#retry.run(`the record ${record.id}`, async () => {
      await this.#handler(decodedRecord(record.value, this.#find), record);
    });
  }

  /** Leaves the records that the handler has not taken in the outbox. */
  async close(): Promise<void> {
    this.#retry.close();
  }
}

/** The value of a record, as an {@link EgressHandler} gets it. */
export function decodedRecord(value: TypedValue, find: FindType): unknown {
  const type = find(value.typename);
  if (type === undefined) return recordObject(value, (content) => decodedRecord(content, find)) ?? value;
  try {
    return type.unpack(value);
  } catch (error) {
    if (error instanceof StatefunError) return value; // another version wrote the bytes, and the handler may know how to read them
    throw error;
  }
}

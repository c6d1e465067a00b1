// Records as an engine hands them out, and an engine that makes them.

import { example } from "../../../samples/messages/messages.js";
import type { EgressConsumer, EgressRecord } from "../../../src/engine/engine-api.js";
import { TypedValue } from "../../../src/model/typed-value.js";
import { typeOf } from "../../../src/types/protobuf.js";
import { openWorld, type World } from "../ingress/world.js";

export const out = "example/out";

const greeting = typeOf(example.Greeting);
export const find = (typename: string) => (typename === greeting.typename ? greeting : undefined);

/** A record with a greeting of this text. */
export function greetingRecord(n: number, text: string): EgressRecord {
  return { id: String(n).padStart(9, "0"), egress: out, value: greeting.pack(example.Greeting.create({ text })) };
}

/** A record of a type that nobody knows. */
export function strangeRecord(n: number, bytes: Uint8Array): EgressRecord {
  return { id: String(n).padStart(9, "0"), egress: out, value: new TypedValue("strange/type", bytes) };
}

/** A logger that counts. */
export class Lines {
  readonly lines: string[] = [];
  readonly warn = (line: string): void => {
    this.lines.push(line);
  };
  readonly error = (line: string): void => {
    this.lines.push(line);
  };
}

/** Opens an engine whose function `example.deep/many` sends what it is asked to, to this consumer. */
export async function openWithEgress(consumer: EgressConsumer, options = {}): Promise<World> {
  const world = await openWorld({ ...options, egresses: [out] });
  world.engine.attach(out, consumer);
  return world;
}

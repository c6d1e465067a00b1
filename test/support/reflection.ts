// The protocol's messages by protobufjs reflection of proto/*.proto, as a reference that is independent of src/wire.

import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

/** Loads one file of proto/. */
function protoFile(name: string): protobuf.Root {
  const path = fileURLToPath(new URL(`../../proto/${name}`, import.meta.url));
  return new protobuf.Root().loadSync(path, { keepCase: true });
}

const wrappersRoot = new protobuf.Root().loadSync("google/protobuf/wrappers.proto", { keepCase: true });
const typesRoot = protoFile("types.proto");

/** The messages of one generation. */
export const protocol = {
  v2: protoFile("request-reply-v2.proto"),
  v3: protoFile("request-reply-v3.proto"),
} as const;

export const egressRecords = { v2: protoFile("egress-v2.proto"), v3: protoFile("egress-v3.proto") } as const;

export const toFunction = {
  v2: protocol.v2.lookupType("ToFunction"),
  v3: protocol.v3.lookupType("ToFunction"),
} as const;

export const fromFunction = {
  v2: protocol.v2.lookupType("FromFunction"),
  v3: protocol.v3.lookupType("FromFunction"),
} as const;

/** google.protobuf.Any, the form of a value in StateFun 2. */
export const anyType = protocol.v2.lookupType("google.protobuf.Any");

/** Looks up google.protobuf.Int32Value and the other wrappers. */
export const wrapperType = (name: string) => wrappersRoot.lookupType(`google.protobuf.${name}`);

/** Looks up the messages behind io.statefun.types/…. */
export const primitiveType = (name: string) => typesRoot.lookupType(name);

/** Encodes by reflection, with `encode(fromObject(…))`, so that plain objects and numbers for enums are allowed. */
export function reflected(type: protobuf.Type, value: Record<string, unknown>): Uint8Array {
  return Uint8Array.from(type.encode(type.fromObject(value)).finish());
}

/** Decodes a whole message into plain objects: longs as bigint, bytes as hexadecimal, absent fields left out. */
export function plain(type: protobuf.Type, bytes: Uint8Array): any {
  return type.toObject(type.decode(bytes), { longs: String, enums: String, bytes: String });
}

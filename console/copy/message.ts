// The message that the page sends, and how TypeScript packs it.

import { Code, literalOf } from "./literal.js";

/** A name and a text that travel with a message. */
export interface MetadataPair {
  readonly name: string;
  readonly value: string;
}

/** A message to one address, as the form of the page has it. */
export interface OutgoingMessage {
  /** Whether the sender waits for the answer. */
  readonly action: "send" | "call";
  /** The type name of the function, "namespace/name". */
  readonly functionName: string;
  readonly id: string;
  readonly typename: string;
  /** How the message's type turns into JSON. */
  readonly kind: "json" | "protobuf" | "primitive" | "unknown";
  /** The method of the function's class that takes the type; null when there is none or when the type has none of its own. */
  readonly method: string | null;
  /** The value as JSON, or its bytes as base64 where the page does not know the type. */
  readonly content: { readonly value: unknown } | { readonly base64: string };
  readonly metadata: readonly MetadataPair[];
  /** After how many milliseconds the message is delivered; null for at once. Of a send only. */
  readonly delayMs: number | null;
  /** The token that withdraws the delayed message; null for none. */
  readonly cancellationToken: string | null;
}

/** An expression, and the names that it needs. */
export interface Expression {
  readonly code: string;
  /** The names that statefun-ts has to export. */
  readonly imports: readonly string[];
  /** The root name of a protobuf class, which the user's own module exports; undefined when none is needed. */
  readonly messageRoot?: string;
}

const protobufs = "type.googleapis.com/";

/** The name in `Types` of a primitive type; undefined for any other type. */
function primitiveOf(typename: string): string | undefined {
  if (typename === "type.googleapis.com/google.protobuf.BytesValue") return "bytes";
  return /^io\.statefun\.types\/(bool|int|long|float|double|string)$/.exec(typename)?.[1];
}

/** Writes an expression that packs a value. */
export function packed({
  typename,
  kind,
  content,
}: Pick<OutgoingMessage, "typename" | "kind" | "content">): Expression {
  if ("base64" in content) {
    return {
      code: `new TypedValue(${JSON.stringify(typename)}, ${bytesCode(content.base64)})`,
      imports: ["TypedValue"],
    };
  }
  const primitive = primitiveOf(typename);
  if (primitive !== undefined) {
    return { code: `Types.${primitive}.pack(${literalOf(plain(typename, content.value))})`, imports: ["Types"] };
  }
  if (kind === "protobuf" && typename.startsWith(protobufs)) {
    const type = typename.slice(protobufs.length);
    const code = `protobuf(${type}).pack(${type}.fromObject(${literalOf(content.value)}))`;
    return { code, imports: ["protobuf"], messageRoot: type.split(".", 1)[0] as string };
  }
  return { code: `json(${JSON.stringify(typename)}).pack(${literalOf(content.value)})`, imports: ["json"] };
}

/** A value of JSON as a handler has it: 64-bit numbers, bytes and numbers such as NaN are text in JSON. */
export function plain(typename: string, value: unknown): unknown {
  const name = primitiveOf(typename);
  if (name === "long") return new Code(`${value}n`);
  if (name === "bytes" && typeof value === "string") return new Code(bytesCode(value));
  if ((name === "float" || name === "double") && typeof value === "string") {
    return new Code(value === "NaN" ? "Number.NaN" : value); // Infinity and -Infinity are code as they are
  }
  return value;
}

const bytesCode = (base64: string) =>
  base64 === "" ? "new Uint8Array()" : `Uint8Array.from(atob(${JSON.stringify(base64)}), (c) => c.charCodeAt(0))`;

/** The name that the class of a function probably has: "shop/line-item" is a LineItem. */
export function classNameOf(functionName: string): string {
  const words = functionName.slice(functionName.lastIndexOf("/") + 1).match(/[A-Za-z0-9]+/g) ?? [];
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[A-Z]/.test(name) ? name : `Function${name}`;
}

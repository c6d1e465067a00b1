// The types of functions in another process, made of what their server tells. They hold none of the server's code.

import type { Root } from "protobufjs";
import { StatefunError } from "../../errors.js";
import type { DescribedFunctions, DescribedMessage, DescribedType } from "../../model/described-functions.js";
import { withoutNoting } from "../../model/known-types.js";
import { type Content, Type, type TypeForm } from "../../model/type.js";
import { json } from "../../types/json.js";
import { protobuf } from "../../types/protobuf.js";
import { SchemaCheck } from "./schema-check.js";

/** Takes the typename of a type whose JSON is no longer checked, and why. */
export type OnGivenUp = (typename: string, why: string) => void;

/** JSON that a schema of the server describes. Only what people send is checked: the server checks what it reads itself. */
class DescribedJson extends Type<unknown> {
  readonly #plain: Type<unknown>;
  readonly #schema: object | undefined;
  readonly #check: SchemaCheck | undefined;

  constructor(typename: string, schema: object | undefined, onGivenUp: OnGivenUp) {
    super(typename);
    this.#plain = json<unknown>(typename);
    this.#schema = schema;
    this.#check = schema && new SchemaCheck(schema, (why) => onGivenUp(typename, why));
  }

  override get form(): TypeForm {
    return "json";
  }

  override get sharesBytes(): boolean {
    return false;
  }

  override toJson(value: unknown): unknown {
    return value;
  }

  override contentOf(): Content {
    return { start: 0, isText: true };
  }

  override jsonSchema(): unknown {
    return this.#schema;
  }

  override fromJson(value: unknown): unknown {
    const problem = this.#check?.problemOf(value);
    if (problem === undefined) return value;
    throw new StatefunError(
      "VALUE_INVALID",
      `A ${this.typename} does not match the schema that its server tells: ${problem}`,
    );
  }

  serialize(value: unknown): Uint8Array {
    return this.#plain.serialize(value);
  }

  deserialize(bytes: Uint8Array): unknown {
    return this.#plain.deserialize(bytes);
  }
}

/** Bytes that only the server can read. */
class DescribedBytes extends Type<Uint8Array> {
  serialize(value: Uint8Array): Uint8Array {
    return value;
  }

  deserialize(bytes: Uint8Array): Uint8Array {
    return bytes;
  }
}

/** Makes the types of a description, by their typenames. They take no place among the types of this process. */
export async function describedTypes(
  described: DescribedFunctions,
  onGivenUp: OnGivenUp,
): Promise<Map<string, Type<any>>> {
  const root = Object.keys(described.messages).length === 0 ? undefined : await messagesOf(described);
  return withoutNoting(() => new Map(described.types.map((type) => [type.typename, typeOf(type, root, onGivenUp)])));
}

function typeOf(
  { typename, kind, schema, message }: DescribedType,
  root: Root | undefined,
  onGivenUp: OnGivenUp,
): Type<any> {
  if (kind === "json") return new DescribedJson(typename, schema ?? undefined, onGivenUp);
  if (kind === "protobuf" && message !== null && root !== undefined)
    return protobuf(root.lookupType(message), typename);
  return new DescribedBytes(typename);
}

/** Reflects the messages. protobufjs takes long to load, so it is loaded for descriptions that have messages. */
async function messagesOf({ messages, enums }: DescribedFunctions): Promise<Root> {
  const { default: protobufjs } = await import("protobufjs");
  const root = new protobufjs.Root();
  root.addJSON({
    ...Object.fromEntries(Object.entries(messages).map(([name, message]) => [name, reflected(message)])),
    ...Object.fromEntries(Object.entries(enums).map(([name, values]) => [name, { edition: "proto3", values }])),
  });
  root.resolveAll();
  return root;
}

function reflected({ fields, oneofs }: DescribedMessage) {
  return {
    edition: "proto3",
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, { id, type, keyType, isList }]) => [
        name,
        { id, type, ...(keyType === undefined ? {} : { keyType }), ...(isList ? { rule: "repeated" } : {}) },
      ]),
    ),
    oneofs: Object.fromEntries(Object.entries(oneofs).map(([name, oneof]) => [name, { oneof: [...oneof] }])),
  };
}

// Describes types as plain values, so that a program without their code can read and write their JSON.

import { platform } from "../bytes/platform.js";
import type {
  DescribedField,
  DescribedFunctions,
  DescribedMessage,
  DescribedType,
} from "../model/described-functions.js";
import type { Type } from "../model/type.js";
import type { TypedValue } from "../model/typed-value.js";
import { schemaOf } from "./json-schema.js";
import { ProtobufType } from "./protobuf.js";
import { type MessageField, messageFields } from "./protobuf-fields.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Types of one description. They share the messages and enums that they are made of. */
export class TypeDescriptions {
  readonly #messages: Record<string, DescribedMessage> = {};
  readonly #enums: Record<string, Record<string, number>> = {};
  readonly #names = new Map<object, string>();

  get shared(): Pick<DescribedFunctions, "messages" | "enums"> {
    return { messages: this.#messages, enums: this.#enums };
  }

  describe(type: Type<any>): DescribedType {
    const { typename } = type;
    if (type instanceof ProtobufType) {
      return { typename, kind: "protobuf", schema: null, message: this.#messageOf(type.codec) };
    }
    if (type.form === "json") return { typename, kind: "json", schema: schemaOf(type) ?? null, message: null };
    return { typename, kind: "unknown", schema: null, message: null };
  }

  /** The name of a message; null when its fields, or those of a message inside it, can't be known. */
  #messageOf(codec: object): string | null {
    return hasKnownFields(codec) ? this.#message(codec) : null;
  }

  #message(codec: object): string {
    const known = this.#names.get(codec);
    if (known !== undefined) return known;
    const name = `Message${this.#names.size + 1}`;
    this.#names.set(codec, name); // before its fields: a message may hold itself
    const { fields, oneofs } = messageFields(codec);
    this.#messages[name] = {
      fields: Object.fromEntries(fields.map((field) => [field.name, this.#field(field)])),
      oneofs: Object.fromEntries(oneofs),
    };
    return name;
  }

  #field({ id, type, codec, values, keyType, isList }: MessageField): DescribedField {
    const ofType = codec !== undefined ? this.#message(codec) : values !== undefined ? this.#enum(values) : type;
    const field: Mutable<DescribedField> = { id, type: ofType };
    if (keyType !== undefined) field.keyType = keyType;
    if (isList) field.isList = true;
    return field;
  }

  #enum(values: ReadonlyMap<string, number>): string {
    const name = `Enum${Object.keys(this.#enums).length + 1}`;
    this.#enums[name] = Object.fromEntries(values);
    return name;
  }
}

/** Whether the fields of a message are known, and those of all messages inside it. */
function hasKnownFields(codec: object): boolean {
  const within = new Set([codec]);
  try {
    for (const each of within) {
      for (const { codec: inner } of messageFields(each).fields) if (inner !== undefined) within.add(inner);
    }
    return true;
  } catch {
    return false; // the class was generated without conversions, or is of another make
  }
}

/** The bytes of a packed value as text. */
export const base64Of = ({ value }: TypedValue): string => platform.encodeBase64(value);

// The JSON Schema of a protobuf message. The classes that protobufjs generates say nothing of their fields, so each field is
// tried out: its kind shows in what becomes of a value that fits several kinds.

import { base64Schema, type JsonSchema, wideSchema } from "./scalar-schema.js";

type Fields = Readonly<Record<string, unknown>>;

/** A message class or a reflected type, with its conversions. */
interface Codec {
  fromObject(fields: Fields): object;
  toObject(message: object, options: object): Fields;
}

const shown = { longs: String, enums: String, bytes: String, json: true, defaults: true };
/** How many numbers are tried to find the names of an enum. */
const triedNumbers = 1024;
/** How many fields a schema describes. The messages inside that come behind them are any objects. */
const mostFields = 1_000;

const anyObject: JsonSchema = { type: "object" };

/** Makes the schema of a message class; undefined when its fields can't be known. */
export function protobufSchema(codec: object): JsonSchema | undefined {
  try {
    return new SchemaMaker().message(codec);
  } catch {
    return undefined; // the class was generated without conversions, or is of another make
  }
}

class SchemaMaker {
  /** The messages that are being described. A message inside itself is any object. */
  readonly #open = new Set<object>();
  #fields = 0;

  message(codec: object): JsonSchema {
    if (this.#open.has(codec) || this.#fields >= mostFields) return anyObject;
    this.#open.add(codec);
    const names = fieldsOf(codec);
    this.#fields += names.length;
    const properties = Object.fromEntries(names.map((name) => [name, this.#field(codec as Codec, name)]));
    this.#open.delete(codec);
    return { type: "object", properties, additionalProperties: false };
  }

  #field(codec: Codec, name: string): JsonSchema {
    const empty = codec.toObject(codec.fromObject({}), shown)[name];
    if (Array.isArray(empty)) return { type: "array", items: this.#kind(codec, name, (value) => [value], "0") };
    if (isObject(empty)) {
      return { type: "object", additionalProperties: this.#kind(codec, name, (value) => ({ 0: value }), "0") };
    }
    return this.#kind(codec, name, (value) => value, undefined);
  }

  /** The schema of a field's values. `wrap` makes the field of one value, which is found again under `key`. */
  #kind(codec: Codec, name: string, wrap: (value: unknown) => unknown, key: string | undefined): JsonSchema {
    const unwrap = (field: unknown) => (key === undefined || !isObject(field) ? field : field[key]);
    const made = (value: unknown) => unwrap((codec.fromObject({ [name]: wrap(value) }) as Fields)[name]);
    const show = (value: unknown) => unwrap(codec.toObject(codec.fromObject({ [name]: wrap(value) }), shown)[name]);
    const bytes = attempt(() => made("AA=="));
    if (bytes instanceof Uint8Array || Array.isArray(bytes)) return base64Schema;
    const inner = attempt(() => made({}));
    const numeric = attempt(() => show(1));
    if (isObject(inner) && numeric === undefined) return this.message(codecOf(inner));
    if (numeric === true) return { type: "boolean" };
    if (made(1) === "1") return { type: "string" };
    if (typeof attempt(() => show(0)) === "string" && typeof made(0) === "number") return { enum: enumNames(show) };
    if (numeric === "1") return wideSchema(show(-1) === "-1" ? "int64" : "uint64");
    if (made(1.5) === 1.5) return { type: "number" };
    if (made(-1) !== -1) return { type: "integer", minimum: 0, maximum: 2 ** 32 - 1 };
    return { type: "integer", minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
  }
}

/** The names of a message's fields. A generated class has the defaults of its fields in its prototype. */
function fieldsOf(codec: object): string[] {
  const { fields } = ("$type" in codec ? codec.$type : codec) as { fields?: object };
  if (fields !== undefined) return Object.keys(fields);
  const { prototype } = codec as { prototype: Fields };
  return Object.keys(prototype).filter((name) => typeof prototype[name] !== "function" && !name.startsWith("$"));
}

/** The class of a message, or its reflected type. */
function codecOf(message: object): object {
  const made = message.constructor as object & { $type?: object };
  return "fromObject" in made ? made : (made.$type as object);
}

/** A number of an enum is shown as its name, or as itself when it has none. */
function enumNames(show: (value: unknown) => unknown): string[] {
  const names: string[] = [];
  for (let number = 0; number < triedNumbers; number++) {
    const name = show(number);
    if (typeof name === "string") names.push(name);
  }
  return names;
}

/** What a trial gives; undefined when the conversion refuses the value. */
function attempt<R>(trial: () => R): R | undefined {
  try {
    return trial();
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

// The fields of a protobuf message. The classes that protobufjs generates say nothing of their fields, so each field is tried
// out: its kind shows in what becomes of a value that fits several kinds, and its number in the bytes of the message.

import { delimited, fixed32, fixed64, varint, WireReader } from "../bytes/reader.js";

type Fields = Readonly<Record<string, unknown>>;

/** A message class or a reflected type, with its conversions. */
interface Codec {
  fromObject(fields: Fields): object;
  toObject(message: object, options: object): Fields;
  encode(message: object): { finish(): Uint8Array };
}

/** A field, as the message's JSON names it. */
export interface MessageField {
  readonly name: string;
  /** The number of the field on the wire. */
  readonly id: number;
  /** The type as a .proto file names it; "message" and "enum" are told by `codec` and `values`. */
  readonly type: string;
  /** The class of the messages that the field holds. */
  readonly codec?: object;
  /** The names of the enum and their numbers. */
  readonly values?: ReadonlyMap<string, number>;
  /** The type of a map's keys; undefined when the field is no map. */
  readonly keyType?: string;
  readonly isList: boolean;
}

/** The fields of a message, and those of which at most one is set. */
export interface MessageFields {
  readonly fields: readonly MessageField[];
  readonly oneofs: ReadonlyMap<string, readonly string[]>;
}

const shown = { longs: String, enums: String, bytes: String, json: true, defaults: true };
/** How many numbers are tried to find the names of an enum. */
const triedNumbers = 1024;

const known = new WeakMap<object, MessageFields>();

/** Finds the fields of a message class. Throws when the class was generated without conversions, or is of another make. */
export function messageFields(codec: object): MessageFields {
  let found = known.get(codec);
  if (found === undefined) {
    const fields = namesOf(codec).map((name) => fieldOf(codec as Codec, name));
    found = { fields, oneofs: oneofsOf(codec as Codec, fields) };
    known.set(codec, found);
  }
  return found;
}

function fieldOf(codec: Codec, name: string): MessageField {
  const empty = codec.toObject(codec.fromObject({}), shown)[name];
  if (Array.isArray(empty)) return { ...new Trial(codec, name, "list").field(), isList: true };
  if (!isObject(empty)) return { ...new Trial(codec, name, "single").field(), isList: false };
  const trial = new Trial(codec, name, "map");
  const field = trial.field();
  return { ...field, keyType: trial.keyType(fitting(field)), isList: false };
}

/** A value that the field takes and writes: a message leaves out a number and an enum that is 0. */
const fitting = ({ type, values }: Pick<MessageField, "type" | "values">): unknown =>
  type === "message" ? {} : type === "bytes" ? "AA==" : Math.max(1, ...(values?.values() ?? []));

/** Tries out one field. */
class Trial {
  readonly #codec: Codec;
  readonly #name: string;
  readonly #form: "single" | "list" | "map";

  constructor(codec: Codec, name: string, form: "single" | "list" | "map") {
    this.#codec = codec;
    this.#name = name;
    this.#form = form;
  }

  field(): Omit<MessageField, "isList"> {
    const kind = this.#kind();
    return { name: this.#name, id: this.#written(fitting(kind)).id, ...kind };
  }

  #kind(): Pick<MessageField, "type" | "codec" | "values"> {
    const made = (value: unknown) => this.#made(value);
    const show = (value: unknown) => this.#show(value);
    const bytes = attempt(() => made("AA=="));
    if (bytes instanceof Uint8Array || Array.isArray(bytes)) return { type: "bytes" };
    const inner = attempt(() => made({}));
    const numeric = attempt(() => show(1));
    if (isObject(inner) && numeric === undefined) return { type: "message", codec: codecOf(inner) };
    if (numeric === true) return { type: "bool" };
    if (made(1) === "1") return { type: "string" };
    if (typeof attempt(() => show(0)) === "string" && typeof made(0) === "number") {
      return { type: "enum", values: enumValues(show) };
    }
    const { wireType, bytes: one } = this.#written(1);
    if (numeric === "1") return { type: wideType(wireType, one, show(-1) === "-1") };
    if (made(1.5) === 1.5) return { type: wireType === fixed32 ? "float" : "double" };
    return { type: narrowType(wireType, one, made(-1) === -1) };
  }

  /** The type of a map's keys shows in the bytes of keys that only some types write whole. */
  keyType(value: unknown): string {
    const written = (key: string) => fieldsIn(fieldIn(this.#encode(this.#fields(value, key))).bytes).get(1);
    const one = written("1");
    const wide = (written("4294967297")?.bytes.length ?? 0) > 1;
    switch (one?.wireType) {
      case delimited:
        return "string";
      case fixed32:
        return "fixed32";
      case fixed64:
        return "fixed64";
    }
    if (one?.bytes[0] === 2) return wide ? "sint64" : "sint32";
    if (wide) return "int64";
    if (written("2")?.bytes[0] === 1) return "bool";
    return (written("-1")?.bytes.length ?? 0) > 5 ? "int32" : "uint32";
  }

  /** Wraps a value as the field holds it. */
  #fields(value: unknown, key = "0"): Fields {
    const wrapped = this.#form === "list" ? [value] : this.#form === "map" ? { [key]: value } : value;
    return { [this.#name]: wrapped };
  }

  #unwrap(field: unknown): unknown {
    return this.#form === "single" || !isObject(field) ? field : field["0"];
  }

  /** What the message holds after a value was set. */
  #made(value: unknown): unknown {
    return this.#unwrap((this.#codec.fromObject(this.#fields(value)) as Fields)[this.#name]);
  }

  /** What the message's JSON holds after a value was set. */
  #show(value: unknown): unknown {
    return this.#unwrap(this.#codec.toObject(this.#codec.fromObject(this.#fields(value)), shown)[this.#name]);
  }

  /** The number of the field, and how its value is written. */
  #written(value: unknown): Written {
    const field = fieldIn(this.#encode(this.#fields(value)));
    if (this.#form === "map") return { ...(fieldsIn(field.bytes).get(2) ?? field), id: field.id };
    if (this.#form === "single" || field.wireType !== delimited) return field;
    // A list of numbers is packed: the length of one number tells how the numbers are written.
    const { length } = field.bytes;
    return { ...field, wireType: length === 4 ? fixed32 : length === 8 ? fixed64 : varint };
  }

  #encode(fields: Fields): Uint8Array {
    return this.#codec.encode(this.#codec.fromObject(fields)).finish();
  }
}

/** A field as it stands in the bytes of a message. */
interface Written {
  readonly id: number;
  readonly wireType: number;
  /** The bytes of the value, without their length. */
  readonly bytes: Uint8Array;
}

function fieldsIn(bytes: Uint8Array): Map<number, Written> {
  const fields = new Map<number, Written>();
  const reader = new WireReader(bytes);
  while (reader.pos < bytes.length) {
    const tag = reader.tag(bytes.length);
    const wireType = tag & 7;
    let start = reader.pos;
    reader.skip(tag, bytes.length);
    const end = reader.pos;
    if (wireType === delimited) {
      reader.pos = start;
      reader.endOfField(bytes.length);
      start = reader.pos;
      reader.pos = end;
    }
    fields.set(tag >>> 3, { id: tag >>> 3, wireType, bytes: bytes.subarray(start, end) });
  }
  return fields;
}

/** The only field of a message. */
function fieldIn(bytes: Uint8Array): Written {
  const [field] = fieldsIn(bytes).values();
  if (field === undefined) throw new Error("the field was not written");
  return field;
}

/** The type of a number of 64 bits, by how the number 1 is written. */
function wideType(wireType: number, one: Uint8Array, isSigned: boolean): string {
  if (wireType === fixed64) return isSigned ? "sfixed64" : "fixed64";
  if (one[0] === 2) return "sint64";
  return isSigned ? "int64" : "uint64";
}

/** The type of a whole number of 32 bits, by how the number 1 is written. */
function narrowType(wireType: number, one: Uint8Array, isSigned: boolean): string {
  if (wireType === fixed32) return isSigned ? "sfixed32" : "fixed32";
  if (one[0] === 2) return "sint32";
  return isSigned ? "int32" : "uint32";
}

/** The names of a message's fields. A generated class has the defaults of its fields in its prototype. */
function namesOf(codec: object): string[] {
  const { fields } = ("$type" in codec ? codec.$type : codec) as { fields?: object };
  if (fields !== undefined) return Object.keys(fields);
  const { prototype } = codec as { prototype: Fields };
  return Object.keys(prototype).filter((name) => typeof prototype[name] !== "function" && !name.startsWith("$"));
}

/** The oneofs of a message: a property of each tells which of its fields is set. */
function oneofsOf(codec: Codec, fields: readonly MessageField[]): Map<string, readonly string[]> {
  const oneofs = new Map<string, readonly string[]>();
  const { prototype } = ("ctor" in codec ? codec.ctor : codec) as { prototype: object };
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (get === undefined) continue;
    const members = fields.filter(
      (field) =>
        field.keyType === undefined &&
        !field.isList &&
        get.call(codec.fromObject({ [field.name]: fitting(field) })) === field.name,
    );
    if (members.length > 0)
      oneofs.set(
        name,
        members.map((member) => member.name),
      );
  }
  return oneofs;
}

/** The class of a message, or its reflected type. */
function codecOf(message: object): object {
  const made = message.constructor as object & { $type?: object };
  return "fromObject" in made ? made : (made.$type as object);
}

/** A number of an enum is shown as its name, or as itself when it has none. */
function enumValues(show: (value: unknown) => unknown): Map<string, number> {
  const values = new Map<string, number>();
  for (let number = 0; number < triedNumbers; number++) {
    const name = show(number);
    if (typeof name === "string") values.set(name, number);
  }
  return values;
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

// The types of protobuf messages, made of protobufjs's classes and reflected types.

import { StatefunError } from "../errors.js";
import type { TypenameOf, WithTypename } from "../model/named.js";
import {
  decodeMessage,
  isProtobufCodec,
  isStandardSchema,
  type MessageClass,
  MessageEncoder,
  notAType,
  type ProtobufCodec,
  protobufTypename,
  type ReflectedType,
} from "../model/protobuf-class.js";
import { Type, type TypeForm } from "../model/type.js";
import { protobufFromJson, protobufToJson } from "./protobuf-json.js";

/** A type, or a protobufjs class or reflected type, which stands for its own type. */
export type TypeLike = Type<any> | MessageClass | ReflectedType;

/** The type of a message class, or of a reflected type. */
export class ProtobufType<T> extends Type<T> {
  readonly #codec: ProtobufCodec<T>;
  readonly #encoder: MessageEncoder;

  constructor(codec: ProtobufCodec<T>, typename: string) {
    super(typename);
    this.#codec = codec;
    this.#encoder = new MessageEncoder(codec, typename);
  }

  override get form(): TypeForm {
    return "protobuf";
  }

  override toJson(value: T): unknown {
    return protobufToJson(this.#codec, value as object);
  }

  /** Makes and reads the messages. */
  get codec(): object {
    return this.#codec;
  }

  override fromJson(json: unknown): T | undefined {
    return protobufFromJson(this.#codec, this.typename, json) as T | undefined;
  }

  serialize(value: T): Uint8Array {
    return this.#encoder.encode(value);
  }

  deserialize(bytes: Uint8Array): T {
    return decodeMessage(this.#codec, this.typename, bytes) as T;
  }
}

/**
 * Makes the type of a protobufjs message class under a typename of your own. The typename defaults to
 * `type.googleapis.com/<full name>`. Throws TYPE_UNKNOWN and TYPE_NAME_INVALID.
 *
 * @example
 * ```ts
 * import { protobuf } from "statefun-ts";
 * import { example } from "./messages.js"; // made by pbjs
 *
 * const User = protobuf(example.User, "example/user");
 * const packed = User.pack(example.User.create({ name: "Bob" }));
 * ```
 */
export function protobuf<T, N extends string = TypenameOf<T>>(
  messageClass: MessageClass<T> | ReflectedType,
  typename?: N,
): Type<WithTypename<T, N>> {
  if (isStandardSchema(messageClass)) throw notAType(messageClass);
  if (!isProtobufCodec(messageClass))
    throw new StatefunError("TYPE_UNKNOWN", "protobuf(…) needs a protobufjs message class.");
  return new ProtobufType<any>(messageClass, typename ?? protobufTypename(messageClass));
}

/** The types of message classes that stand for themselves: one for each class. */
const types = new WeakMap<object, Type<any>>();

/** Finds the Type behind a Type, a protobufjs message class or a reflected type. Throws TYPE_UNKNOWN. */
export function typeOf(like: TypeLike): Type<any> {
  if (like instanceof Type) return like;
  if (!isProtobufCodec(like)) throw notAType(like);
  let type = types.get(like);
  if (type === undefined) {
    type = protobuf(like);
    types.set(like, type);
  }
  return type;
}

// What comes from outside in a run, as plain values that can be printed and pasted.

import { StatefunError } from "../../errors.js";
import { typeNameOf } from "../../functions/class-record.js";
import type { Checked, MessageTo } from "../../functions/context.js";
import type { FunctionClass } from "../../functions/handled-messages.js";
import type { Duration } from "../../model/duration.js";
import { typeNamed } from "../../model/type.js";
import { TypedValue } from "../../model/typed-value.js";
import { packValue } from "../../types/pack.js";
import { showValue, type TypeFinder } from "../../types/show-value.js";
import { primitives } from "../../types/value-json.js";

/** A message of a command: its JSON value, or its bytes in base64 where the type has no JSON form. */
export interface CommandMessage {
  /** The name of the message's type. */
  readonly typename: string;
  /** The message as the HTTP ingress takes it. */
  readonly value?: unknown;
  /** The bytes of the message, when there is no `value`. */
  readonly base64?: string;
}

/** A message from outside, which is acknowledged once it is on disk. */
export interface SendCommand extends CommandMessage {
  /** The type name of the function. */
  readonly send: string;
  /** The id of the instance. */
  readonly id: string;
  /** How long to wait before the message is delivered. Defaults to no wait. */
  readonly delay?: Duration;
  /** Names a delayed message for a {@link CancelCommand}. Defaults to none. */
  readonly cancellationToken?: string;
}

/** A message from outside whose sender waits for the answer. */
export interface CallCommand extends CommandMessage {
  /** The type name of the function. */
  readonly call: string;
  /** The id of the instance. */
  readonly id: string;
}

/** Withdraws a delayed message that a {@link SendCommand} has sent. */
export interface CancelCommand {
  /** The cancellation token of the message. */
  readonly cancel: string;
}

/** Lets the outside do nothing for some time. */
export interface WaitCommand {
  /** For how long the next command waits at least. */
  readonly wait: Duration;
}

/** Something that comes from outside: {@link send} and {@link call} make the most frequent ones. */
export type Command = SendCommand | CallCommand | CancelCommand | WaitCommand;

/** Messages to all handlers of some functions, made from the types of the messages. */
export interface GeneratedCommands {
  /** The functions that get messages, by their classes or type names. */
  readonly to: readonly (string | FunctionClass<object>)[];
  /** The ids of the instances that get messages. */
  readonly ids: readonly string[];
  /** The most commands of a run. Defaults to 8. */
  readonly most?: number;
  /**
   * Arbitraries of fast-check for the JSON of messages, by their typenames: for types without a schema, and instead of one.
   * Defaults to none.
   */
  readonly messages?: Readonly<Record<string, { generate: (...args: any[]) => unknown }>>;
}

/** Options of {@link send}. */
export type SendCommandOptions = Pick<SendCommand, "delay" | "cancellationToken">;

/** Makes the command that sends a message to an instance of a function. Throws VALUE_UNTYPED and VALUE_INVALID. */
export function send<T extends string | FunctionClass<object>, M extends MessageTo<T>>(
  target: T,
  id: string,
  message: M & Checked<M, T>,
  options: SendCommandOptions = {},
): SendCommand {
  return { send: typeNameOf(target), id, ...messageOf(message), ...options };
}

/** Makes the command that calls an instance of a function and waits for the answer. Throws VALUE_UNTYPED and VALUE_INVALID. */
export function call<T extends string | FunctionClass<object>, M extends MessageTo<T>>(
  target: T,
  id: string,
  message: M & Checked<M, T>,
): CallCommand {
  return { call: typeNameOf(target), id, ...messageOf(message) };
}

/** Whether something is a list of commands. Whether they can be carried out shows when they come. */
export function areCommands(input: unknown): input is readonly Command[] {
  return Array.isArray(input) && input.every(isCommand);
}

function isCommand(input: unknown): boolean {
  if (typeof input !== "object" || input === null) return false;
  const { send, call, id, typename, cancel, wait } = input as Record<string, unknown>;
  const message = [send ?? call, id, typename];
  return wait !== undefined || typeof cancel === "string" || message.every((part) => typeof part === "string");
}

function messageOf(message: unknown): CommandMessage {
  return showValue({ find: typeNamed }, packValue(message));
}

/** Packs the message of a command. Throws OPTION_INVALID, VALUE_INVALID and VALUE_UNREADABLE. */
export function packedOf({ typename, value, base64 }: CommandMessage, types: TypeFinder): TypedValue {
  if (base64 !== undefined) return new TypedValue(typename, Buffer.from(base64, "base64"));
  const type = types.find(typename) ?? primitives.get(typename);
  const read: unknown = type?.fromJson(value);
  if (type !== undefined && read !== undefined) return type.pack(read);
  throw new StatefunError(
    "OPTION_INVALID",
    `A command has a ${typename}, whose JSON can't be read: ${type === undefined ? "the type is not known" : "the type has no JSON form"}. Make the command with send or call.`,
  );
}

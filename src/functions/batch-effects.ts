// What the handlers of one batch send: kept when a message has succeeded, undone when it has failed.

import { append, none } from "../model/append.js";
import type { EgressMessage, OutgoingMessage, SideEffects } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";
import type { SentMessage } from "./interceptor.js";

export class BatchEffects {
  /** Effects that go out before these ones. */
  readonly #before: BatchEffects | undefined;
  messages: SideEffects["messages"] = none;
  delayed: SideEffects["delayed"] = none;
  egresses: SideEffects["egresses"] = none;
  /** How many effects of each kind are kept. The others are those of the message that runs. */
  #messages = 0;
  #delayed = 0;
  #egresses = 0;
  /**
   * The cancellation tokens that this batch has used, and whether a message waits under them. Undefined until the first
   * one.
   */
  #tokens: Map<string, boolean> | undefined;
  /** Sees what the message that runs sends, and returns it with other metadata. Defaults to nobody; forgotten when the message ends. */
  onSend: ((sent: SentMessage) => TypedValue) | undefined;

  constructor(before?: BatchEffects) {
    this.#before = before;
  }

  addMessage(message: SideEffects["messages"][number]): void {
    const { onSend } = this;
    this.messages = append(this.messages, onSend === undefined ? message : sentMessage(onSend, message));
  }

  addDelayed(entry: SideEffects["delayed"][number]): void {
    const { onSend } = this;
    const added = onSend === undefined || "cancel" in entry ? entry : sentMessage(onSend, entry, entry.delayMs);
    this.delayed = append(this.delayed, added);
    this.#noteToken(entry);
  }

  addEgress(record: SideEffects["egresses"][number]): void {
    const { onSend } = this;
    this.egresses = append(this.egresses, onSend === undefined ? record : sentRecord(onSend, record));
  }

  /** Whether a message of this batch waits under the token; undefined when the batch has not used the token. */
  tokenWaits(token: string): boolean | undefined {
    return this.#tokens?.get(token) ?? this.#before?.tokenWaits(token);
  }

  /** Keeps the effects of the message that has just ended. */
  keep(): void {
    this.#messages = this.messages.length;
    this.#delayed = this.delayed.length;
    this.#egresses = this.egresses.length;
    this.onSend = undefined;
  }

  /** Undoes the effects of the message that has just failed. */
  undo(): void {
    this.messages = cut(this.messages, this.#messages);
    this.egresses = cut(this.egresses, this.#egresses);
    this.delayed = cut(this.delayed, this.#delayed);
    this.#noteTokens();
    this.onSend = undefined;
  }

  /** Takes the effects that are kept. Those of the message that runs stay. */
  take(mutations: SideEffects["mutations"]): SideEffects {
    const { messages, delayed, egresses } = this;
    const taken = {
      mutations,
      messages: cut(messages, this.#messages),
      delayed: cut(delayed, this.#delayed),
      egresses: cut(egresses, this.#egresses),
    };
    this.messages = behind(messages, this.#messages);
    this.delayed = behind(delayed, this.#delayed);
    this.egresses = behind(egresses, this.#egresses);
    this.#messages = 0;
    this.#delayed = 0;
    this.#egresses = 0;
    this.#noteTokens();
    return taken;
  }

  /** Forgets the tokens of effects that were undone, and of those that were taken: an engine that takes parts knows these. */
  #noteTokens(): void {
    if (this.#tokens === undefined) return;
    this.#tokens = undefined;
    for (const entry of this.delayed) this.#noteToken(entry);
  }

  #noteToken(entry: SideEffects["delayed"][number]): void {
    const isCancellation = "cancel" in entry;
    const token = isCancellation ? entry.cancel : entry.cancellationToken;
    if (token === undefined) return;
    this.#tokens ??= new Map();
    this.#tokens.set(token, !isCancellation);
  }
}

type OnSend = NonNullable<BatchEffects["onSend"]>;

function sentMessage<M extends OutgoingMessage>(onSend: OnSend, message: M, delay = 0): M {
  const { target, argument } = message;
  return { ...message, argument: onSend({ target, egress: undefined, message: argument, delay }) };
}

function sentRecord(onSend: OnSend, record: EgressMessage): EgressMessage {
  const { namespace, name, argument } = record;
  const sent = { target: undefined, egress: `${namespace}/${name}`, message: argument, delay: 0 };
  return { ...record, argument: onSend(sent) };
}

const cut = <T>(list: readonly T[], length: number): readonly T[] =>
  list.length === length ? list : list.slice(0, length);

const behind = <T>(list: readonly T[], length: number): readonly T[] =>
  list.length === length ? none : list.slice(length);

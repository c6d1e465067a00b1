// What people do with the messages that wait at one address: they list them, correct them and drop them, one by one.

import { StatefunError } from "../errors.js";
import type { Address } from "../model/address.js";
import { answerMetadata, callMetadata } from "../model/correlation.js";
import { Metadata } from "../model/metadata.js";
import { defineOptions, nonEmptyText, positiveInteger, withDefault } from "../model/options.js";
import { assertPacked, type TypedValue } from "../model/typed-value.js";
import { endsRange, type Store } from "../store/store.js";
import type { BetweenCalls } from "./between-calls.js";
import type { WaitingMessage } from "./delayed-api.js";
import type { Drops } from "./drops.js";
import { bytesAtOnce } from "./failure-sweep.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance } from "./instance.js";
import { addressKey, kinds, ordered, rangeEnd } from "./keys.js";
import type { MailboxApi, MailboxFound, MailboxPage } from "./mailbox-api.js";
import { decodeMessage, Message } from "./message.js";
import type { OwnContext } from "./own-context.js";
import { assertNotOwn, isOwn } from "./own-messages.js";
import { Packed } from "./packed.js";
import { assertAddress } from "./validation.js";

/** How the number of a message looks. */
const numberText = /^\d{1,14}$/;

const pageOptions = defineOptions<MailboxPage>()({
  after: nonEmptyText,
  limit: withDefault(positiveInteger, 100),
});

interface MailboxMaintenanceParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly between: BetweenCalls;
  readonly drops: Drops;
  readonly context: OwnContext;
}

export class MailboxMaintenance implements MailboxApi {
  readonly #parts: MailboxMaintenanceParts;

  constructor(parts: MailboxMaintenanceParts) {
    this.#parts = parts;
  }

  list(address: Address, page?: MailboxPage): Promise<MailboxFound> {
    return this.#run(async () => {
      const { store, commit } = this.#parts;
      assertAddress(address);
      const { after, limit } = pageOptions.read("The page of a mailbox", page);
      await commit.attempted();
      const prefix = prefixOf(address);
      const to = rangeEnd(prefix);
      const from = after === undefined ? prefix : `${prefix}${ordered(numberOf(address, after))}\0`;
      // One more than the limit shows whether there is a next page.
      const range = { from, to, limit: limit + 1, bytes: bytesAtOnce };
      const entries = await store.entries(range);
      const messages = entries.slice(0, limit).map(([key, bytes]) => waitingInfo(address, decodeMessage(key, bytes)));
      const more = !endsRange(entries, range) || entries.length > limit;
      const depth = await store.count({ from: prefix, to });
      return { messages, depth, next: more ? messages.at(-1)?.message : undefined };
    });
  }

  get(address: Address, message: string): Promise<WaitingMessage> {
    return this.#run(async () => {
      const { store, commit } = this.#parts;
      assertAddress(address);
      await commit.attempted();
      const key = prefixOf(address) + ordered(numberOf(address, message));
      const bytes = store.get(key);
      if (bytes === undefined) throw notFound(address, message);
      return waitingInfo(address, decodeMessage(key, bytes));
    });
  }

  edit(address: Address, message: string, value: TypedValue): Promise<void> {
    const { commit } = this.#parts;
    return this.#change(address, message, value, (instance, found) => {
      const generation = instance.function?.route.generation ?? found.value.generation;
      const whole = withTokensOf(value, found.value.unpack());
      const edited = new Message(found.caller, Packed.pack(whole, generation));
      commit.transact(() => instance.mailbox.replace(found, edited));
    });
  }

  drop(address: Address, message: string): Promise<void> {
    return this.#change(address, message, undefined, (instance, found) => {
      this.#parts.drops.one(address, found, () => instance.mailbox.remove(found));
    });
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.#parts.context.run(work);
  }

  #change(
    address: Address,
    message: string,
    value: TypedValue | undefined,
    change: (instance: Instance, found: Message) => void,
  ): Promise<void> {
    return this.#run(async () => {
      const { commit, between } = this.#parts;
      assertAddress(address);
      if (value !== undefined) assertPacked(value);
      const number = numberOf(address, message);
      await between.change(address, async (instance) => {
        // A message may be in a group that is not written yet, and is only found in the store.
        await commit.durable();
        const found = instance.mailbox.find(number);
        if (found === undefined) throw notFound(address, message);
        assertNotOwn(address, found);
        const wasFirst = isFirst(instance, found);
        change(instance, found);
        if (!wasFirst) return;
        instance.forgetFailures();
        if (value === undefined) instance.suspects = Math.max(0, instance.suspects - 1);
        if (instance.parking === undefined) instance.endRetryWait();
      });
    });
  }
}

const prefixOf = ({ namespace, name, id }: Address) => kinds.message + addressKey(namespace, name, id);

/** Whether a message is the first one of a mailbox: failures are those of the first. */
function isFirst({ mailbox }: Instance, { key }: Message): boolean {
  const { firstKey } = mailbox;
  return mailbox.loaded > 0 ? mailbox.at(0).key === key : firstKey !== undefined && key <= firstKey;
}

/** A waiting message as people see it. */
export function waitingInfo(address: Address, message: Message): WaitingMessage {
  const { number, caller, value } = message;
  return { message: String(number), caller, value: value.unpack(), own: isOwn(address, message) };
}

/** Throws NOT_FOUND. */
function numberOf(address: Address, message: string): number {
  if (numberText.test(message)) return Number(message);
  throw notFound(address, message);
}

const notFound = (address: Address, message: string) =>
  new StatefunError(
    "NOT_FOUND",
    `No message ${JSON.stringify(message)} waits at ${address}. It may have been handled or dropped.`,
  );

/** The value with its own metadata, or with that of the message before; and with the tokens of that message, by which callers wait. */
function withTokensOf(value: TypedValue, before: TypedValue): TypedValue {
  if (value.metadata.size === 0) return value.withMetadataOf(before);
  const isToken = ([name]: readonly [string, unknown]) => name === callMetadata || name === answerMetadata;
  const tokens = [...before.metadata].filter(isToken);
  return value.withMetadata(new Metadata([...[...value.metadata].filter((pair) => !isToken(pair)), ...tokens]));
}

// What becomes of a message that is not tried again: its caller is told, and it may be set aside as a dead letter.

import { oneLine } from "../errors.js";
import type { Address } from "../model/address.js";
import { type Failure, failureOf, toldFailure } from "../model/failure.js";
import type { LogFields, Logger } from "../model/logger.js";
import type { Clock } from "./clock.js";
import type { DeadLetters } from "./dead-letters.js";
import type { Delivery } from "./delivery.js";
import type { KnownFunction } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instance } from "./instance.js";
import type { Message } from "./message.js";
import { readsOf } from "./waiting-calls.js";

interface FinalFailuresParts {
  readonly letters: DeadLetters;
  readonly delivery: Delivery;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A message that its function has refused for good. */
interface RefusedMessage {
  readonly message: Message;
  /** How often it was tried. */
  readonly attempts: number;
  readonly error: Failure;
}

export class FinalFailures {
  readonly #parts: FinalFailuresParts;

  constructor(parts: FinalFailuresParts) {
    this.#parts = parts;
  }

  /**
   * Ends a message that its function has refused for good, and that was taken out of its mailbox, as part of the open
   * transaction. A caller that waits is told, and that is the end: a client, or a function that has called. A message for which
   * nobody waits is set aside when its function has dead letters.
   */
  refused(known: KnownFunction, instance: Instance, { message, attempts, error }: RefusedMessage): void {
    const { letters, delivery, clock } = this.#parts;
    const { caller, value } = message;
    const { address } = instance;
    known.counters.failures.of(error.code).count += 1;
    if (delivery.fail(address, message, error)) {
      this.#warn({ address, attempts, error }, "Its caller was told.");
      return;
    }
    if (known.policy.onFailure !== "deadLetter" || !letters.takes(known)) {
      this.#warn({ address, attempts, error }, "The message is gone.");
      return;
    }
    const now = clock.now();
    const firstFailedAt = attempts > 1 ? instance.firstFailedAt : now;
    const letter = { address, caller, value, error, attempts, firstFailedAt, lastFailedAt: now };
    this.#log(
      `${address} has refused a message for good`,
      known,
      letters.add(known, letter),
      letter,
      new Error(error.message),
    );
  }

  /**
   * Sets the first message of a mailbox aside, which has used up its tries. Returns false when there is no room for its
   * letter. Throws STORE_FAILED and STORE_FULL when the store can't be read.
   */
  setAside(known: KnownFunction, instance: Instance, thrown: Error, lastFailedAt: number): boolean {
    const { letters, delivery, commit } = this.#parts;
    if (!letters.takes(known)) return false;
    const { address, mailbox, attempts, firstFailedAt } = instance;
    const message = mailbox.at(0);
    const { caller, value } = message;
    const error = failureOf(thrown);
    const ahead = commit.readAhead(readsOf(caller));
    const change = () => {
      mailbox.consume();
      delivery.fail(address, message, toldFailure(address, attempts, error));
      return letters.add(known, { address, caller, value, error, attempts, firstFailedAt, lastFailedAt });
    };
    let added: ReturnType<typeof change>;
    try {
      added = commit.using(ahead, () => commit.transact(change, address));
    } catch (thrown) {
      // The transaction broke off: the engine ends, and the next one delivers the message again.
      if (commit.ended !== undefined) return true;
      throw thrown;
    }
    instance.forgetFailures();
    instance.suspects = Math.max(0, instance.suspects - 1);
    this.#log(`${address} has failed ${attempts} times`, known, added, { address, attempts, error }, thrown);
    return true;
  }

  #warn(ended: EndedMessage, end: string): void {
    const { address, error } = ended;
    this.#parts.logger.warn(
      oneLine(`${address} has refused a message for good. ${end} The cause: ${error.code}: ${error.message}`),
      new Error(error.message),
      fieldsOf(ended),
    );
  }

  #log(
    what: string,
    { policy }: KnownFunction,
    { id, kept }: { id: string; kept: boolean },
    ended: EndedMessage,
    thrown: Error,
  ): void {
    const { error } = ended;
    const where = kept
      ? `Its message is the dead letter ${id}: statefun dead-letters show ${id}.`
      : `Its message went to the egress ${policy.deadLetterEgress} alone, because too many dead letters are kept.`;
    this.#parts.logger.error(
      oneLine(`${what}. ${where} The cause: ${error.code}: ${error.message}`),
      thrown,
      fieldsOf(ended),
    );
  }
}

interface EndedMessage {
  readonly address: Address;
  readonly attempts: number;
  readonly error: Failure;
}

const fieldsOf = ({ address, attempts, error }: EndedMessage): LogFields => ({
  code: error.code,
  function: address.typeName,
  id: address.id,
  attempt: attempts,
});

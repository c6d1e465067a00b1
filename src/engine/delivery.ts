// Delivers a message: into the mailbox of its target, or to the caller outside that waits for it.

import { type ErrorCode, errors } from "../errors.js";
import type { Address } from "../model/address.js";
import { isClient } from "../model/client-address.js";
import { emptyAnswerTypename, failureAnswer, failureOfValue, failureTypename } from "../model/correlation.js";
import { type Failure, FunctionFailure } from "../model/failure.js";
import type { Instance } from "./instance.js";
import type { Instances } from "./instances.js";
import { type DelayedMessage, Message } from "./message.js";
import { Packed } from "./packed.js";
import type { Sequence } from "./sequence.js";
import type { WaitingCalls } from "./waiting-calls.js";

/** Delivers a delayed message that is due, as part of the open transaction. `recorder` learns under which number it goes on. */
export const dueTo =
  (delivery: Delivery, sequence: Sequence, recorder?: { due(delayed: number, number: number): void }) =>
  (message: DelayedMessage): void => {
    const { target, caller, value } = message;
    delivery.deliver(target, new Message(caller, value));
    if (!isClient(target)) recorder?.due(message.number, sequence.last);
  };

export class Delivery {
  readonly #instances: Instances;
  readonly #calls: WaitingCalls;
  readonly #onMessage: (instance: Instance) => void;

  /** `onMessage` is called with each target that is awake, after a message went into its mailbox. */
  constructor(instances: Instances, calls: WaitingCalls, onMessage: (instance: Instance) => void) {
    this.#instances = instances;
    this.#calls = calls;
    this.#onMessage = onMessage;
  }

  /** Tells a client that its message was handled without an answer, as part of the open transaction. */
  answerNothing(client: Address): void {
    this.#calls.answer(client, undefined);
  }

  /**
   * Ends the wait of a client whose message fails at every try. The message stays in its mailbox. The failure's own message is
   * for people who look after the function: the client gets the meaning of its code, and what follows.
   */
  refuse(caller: Address, address: Address, code: ErrorCode, next = "The message is tried again."): void {
    if (!isClient(caller)) return;
    const message = `${address} has failed: ${errors[code].meaning} ${next}`;
    this.#calls.reject(caller, new FunctionFailure({ code, message, terminal: false }));
  }

  /**
   * Tells the caller of a message that the message has ended for good, as part of the open transaction. Returns whether
   * somebody waits: a client, a repeat of its request, or a function that has called.
   */
  fail(address: Address, { caller, value }: Message, failure: Failure): boolean {
    if (caller === undefined) return false;
    if (isClient(caller)) return this.#calls.fail(caller, failure);
    const answer = failureAnswer({ caller, argument: value.unpack() }, failure);
    if (answer === undefined) return false;
    this.deliver(caller, new Message(address, Packed.pack(answer.argument, "v3")));
    return true;
  }

  /** Delivers a message, as part of the open transaction. */
  deliver(target: Address, message: Message): void {
    if (isClient(target)) {
      this.#answer(target, message.value);
      return;
    }
    const instance = this.#instances.deliver(target, message);
    if (instance !== undefined) this.#onMessage(instance);
  }

  /** Takes the answer to a client: a failure that a function has sent, the answer without a value, or a value. */
  #answer(client: Address, value: Packed): void {
    const { typename } = value;
    if (typename === failureTypename) this.#calls.fail(client, failureOfValue(value.unpack()));
    else this.#calls.answer(client, typename === emptyAnswerTypename ? undefined : value);
  }
}

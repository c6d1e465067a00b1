// What becomes of a message that failed.

import type { Failure } from "../model/failure.js";
import type { Invocation } from "../model/invocation.js";
import type { BatchScope } from "./message-context.js";

/** A message that failed. What its handler had changed and sent is undone. */
export interface FailedMessage {
  readonly message: Invocation;
  readonly failure: Failure;
}

/**
 * Decides about a message that failed. "consume" ends the message with its failure, and the batch goes on with the next
 * message; effects that the policy adds to the scope are kept. "stop" ends the batch before the message, which the engine
 * delivers again.
 */
export type FailurePolicy = (failed: FailedMessage, scope: BatchScope) => "consume" | "stop";

/** Consumes a message that its function has refused for good. Any other message is tried again. */
export const consumeRefused: FailurePolicy = ({ failure }) => (failure.terminal ? "consume" : "stop");

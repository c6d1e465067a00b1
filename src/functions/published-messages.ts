// Publishes every message of a function on the channels of a TracingChannel, `tracing:statefun:message:start` and so on.

import { channelOf } from "../model/diagnostics.js";
import type { InterceptedInvocation, Interceptor } from "./interceptor.js";
import { isThenable } from "./thenable.js";

/** What subscribers of the channels of messages get: the same object for all events of one message. */
export interface MessageEvent {
  readonly invocation: InterceptedInvocation;
  /** What the interceptors and the handler have returned. */
  result?: unknown;
  /** What they have thrown. */
  error?: unknown;
}

const channels = {
  start: channelOf<MessageEvent>("tracing:statefun:message:start"),
  end: channelOf<MessageEvent>("tracing:statefun:message:end"),
  asyncStart: channelOf<MessageEvent>("tracing:statefun:message:asyncStart"),
  asyncEnd: channelOf<MessageEvent>("tracing:statefun:message:asyncEnd"),
  error: channelOf<MessageEvent>("tracing:statefun:message:error"),
};
const all = Object.values(channels);

/** Stands round every other interceptor, so that subscribers see what the message's result was in the end. */
const publishing: Interceptor = (invocation, next) => {
  const event: MessageEvent = { invocation };
  const { start, end, asyncStart, asyncEnd, error } = channels;
  const fail = (thrown: unknown) => {
    event.error = thrown;
    error.publish(event);
  };
  return start.runStores(event, () => {
    try {
      const result = next();
      if (!isThenable(result)) {
        event.result = result;
        return result;
      }
      return result.then(
        (value) => {
          event.result = value;
          asyncStart.publish(event);
          asyncEnd.publish(event);
          return value;
        },
        (thrown) => {
          fail(thrown);
          asyncStart.publish(event);
          asyncEnd.publish(event);
          throw thrown;
        },
      );
    } catch (thrown) {
      fail(thrown);
      throw thrown;
    } finally {
      end.publish(event);
    }
  });
};

/** The interceptors of the functions, and the one that publishes while somebody has subscribed. */
export function withPublishing(own: readonly Interceptor[]): readonly Interceptor[] {
  return all.some(hasSubscribers) ? [publishing, ...own] : own;
}

const hasSubscribers = (channel: { readonly hasSubscribers: boolean }) => channel.hasSubscribers;

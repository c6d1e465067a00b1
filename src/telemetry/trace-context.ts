// The context of a trace in the metadata of messages: `traceparent`, and whatever else the propagator writes.

import { type Context, propagation, ROOT_CONTEXT, type TextMapGetter } from "@opentelemetry/api";
import type { Metadata } from "../model/metadata.js";

const getter: TextMapGetter<Metadata> = {
  get: (metadata, name) => metadata.getText(name),
  keys: (metadata) => [...metadata].map(([name]) => name),
};

/** Reads the context that came with a message; the root context when none came. */
export const contextOf = (metadata: Metadata): Context => propagation.extract(ROOT_CONTEXT, metadata, getter);

/** The pairs that carry a context in a message. */
export function pairsOf(context: Context): Record<string, string> {
  const pairs: Record<string, string> = {};
  propagation.inject(context, pairs);
  return pairs;
}

// Reads a stream of server-sent events of the admin API.

import { send } from "./api.js";
import { EventParser, type ServerEvent } from "./event-stream.js";
import type { Query } from "./route.js";

/** Yields the events of a path until the server ends the stream or the signal is aborted. Rejects as a request does. */
export async function* readEvents(path: string, query: Query, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const response = await send("GET", path, { query, signal });
  const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(new TextDecoderStream())
    .getReader();
  const parser = new EventParser();
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    yield* parser.push(value);
  }
}

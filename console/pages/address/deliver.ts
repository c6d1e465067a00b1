// Sends a draft through the admin API.

import type { ShownValue } from "../../../src/runtime/admin/api/values.js";
import { send } from "../../app/api.js";
import { base64Of } from "../../values/bytes.js";
import { bodyOf } from "../../values/value-text.js";
import { type Draft, metadataOf } from "./draft.js";

/**
 * Sends or calls. Resolves to the answer of a call; undefined when there is none. Rejects with ApiError, and with the signal's
 * reason.
 */
export async function deliver(path: string, draft: Draft, signal: AbortSignal): Promise<ShownValue | undefined> {
  const { action, typename, value, delay, cancellationToken } = draft;
  const metadata = metadataOf(draft.metadata)
    .map((pair) => `${encodeURIComponent(pair.name)}=${encodeURIComponent(pair.value)}`)
    .join(",");
  const { body, headers } = bodyOf(value, typename);
  const response = await send("POST", `${path}/${action}`, {
    query: { type: typename, ...(action === "send" ? { delay, cancellationToken } : {}) },
    body,
    headers: { ...headers, ...(metadata === "" ? {} : { "Statefun-Metadata": metadata }) },
    signal,
  });
  if (action === "send" || response.status === 204) return undefined;
  const answered = decodeURIComponent(response.headers.get("statefun-type") ?? "");
  if (response.headers.get("content-type")?.startsWith("application/json")) {
    return { typename: answered, value: await response.json() };
  }
  return { typename: answered, base64: base64Of(new Uint8Array(await response.arrayBuffer())) };
}

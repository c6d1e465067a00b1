// Asks a function server which functions it serves.

import type { Pool } from "undici";
import { NoAnswer } from "../../engine/endpoint.js";
import { describe, oneLine, StatefunError } from "../../errors.js";
import { describedPath } from "../../model/described-functions.js";

/** How long the server may take for its answer. */
const timeoutMs = 2_000;
const mostBytes = 8 * 1024 * 1024;
/** How many characters of a refusal an error message quotes. */
const quotedCharacters = 300;

/**
 * Asks at the path beside that of calls, and resolves to the text of the description. Rejects with ENDPOINT_UNREACHABLE and
 * ENDPOINT_FAILED.
 */
export async function askDescription(pool: Pool, callPath: string, callUrl: string): Promise<string> {
  const [path = "", query] = callPath.split("?", 2);
  const asked = `${path === "/" ? "" : path}${describedPath}`;
  const { statusCode, text } = await get(pool, query === undefined ? asked : `${asked}?${query}`).catch((cause) => {
    if (cause instanceof StatefunError) throw cause;
    throw new NoAnswer(false, `${callUrl}: it could not be asked: ${oneLine(describe(cause))}`, { cause });
  });
  if (statusCode === 200) return text;
  const quoted = oneLine(text.trim().slice(0, quotedCharacters));
  const what = `GET ${asked} at ${callUrl} was answered with ${statusCode}${quoted === "" ? "" : `: ${quoted}`}`;
  if (isForNow(statusCode)) throw new NoAnswer(false, what);
  throw new StatefunError("ENDPOINT_FAILED", what);
}

/** Whether the server may answer otherwise soon. Servers that know no GET answer with 501. */
const isForNow = (statusCode: number) => statusCode === 429 || (statusCode >= 500 && statusCode !== 501);

async function get(pool: Pool, path: string): Promise<{ readonly statusCode: number; readonly text: string }> {
  const { statusCode, body } = await pool.request({
    path,
    method: "GET",
    headers: { accept: "application/json", "user-agent": "statefun-ts" },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > mostBytes) throw new StatefunError("ENDPOINT_FAILED", `the answer has more than ${mostBytes} bytes.`);
  }
  return { statusCode, text: Buffer.concat(chunks, length).toString() };
}

// `statefun send`, `call` and `cancel`: messages through the ingress.

import { readFileSync } from "node:fs";
import { describe, StatefunError } from "../errors.js";
import { idempotencyKeyOption } from "../model/header-values.js";
import { parseInstant } from "../model/instant.js";
import { parseJson } from "../model/plain-json.js";
import { parseTypeName } from "../model/type-name.js";
import { durationOf } from "./duration-option.js";
import { type Input, usage } from "./parse.js";
import { print, printJson } from "./print.js";
import { type Answer, askIngress, pathOf, queryOf } from "./request.js";

/** Sends a message. Ends when the message is on disk. */
export async function send(input: Input): Promise<void> {
  const delay = durationOf(input, "delay");
  const cancellationToken = input.text("cancellation-token");
  const at = input.text("at");
  if (at !== undefined && delay !== undefined) throw usage("--delay and --at exclude each other. Give one of them.");
  if (cancellationToken !== undefined && delay === undefined && at === undefined) {
    throw usage("--cancellation-token withdraws a delayed message. Give --delay or --at as well.");
  }
  if (at !== undefined) parseInstant(at, "--at");
  await post(input, "send", { delay: delay?.toString(), at, cancellationToken });
  if (input.flag("json")) printJson({ status: "accepted" });
  else print("Accepted.");
}

/** Sends a message and prints the answer. */
export async function call(input: Input): Promise<void> {
  const { status, headers, body } = await post(input, "call", { timeout: durationOf(input, "timeout")?.toString() });
  if (status === 204) {
    if (input.flag("json")) printJson({});
    else print("Answered, without a value.");
    return;
  }
  // A header can't hold every character that a typename can.
  const typename = decodeURIComponent(String(headers["statefun-type"] ?? ""));
  const isJson = headers["content-type"]?.startsWith("application/json") === true;
  const base64 = body.toString("base64");
  if (input.flag("json")) printJson({ typename, ...(isJson ? { value: JSON.parse(body.toString()) } : { base64 }) });
  else print(isJson ? body.toString().trimEnd() : `${base64} (${typename}, in base64)`);
}

/** Withdraws a delayed message. */
export async function cancel(input: Input): Promise<void> {
  const [cancellationToken = ""] = input.args;
  await askIngress(input, { method: "DELETE", path: pathOf("delayed", cancellationToken) });
  if (input.flag("json")) printJson({ status: "cancelled" });
  else print("Cancelled.");
}

function post(input: Input, verb: "send" | "call", query: Record<string, string | undefined>): Promise<Answer> {
  const [typeName = "", id = ""] = input.args;
  const { namespace, name } = parseTypeName(typeName);
  assertId(input, verb, id);
  const key = idempotencyKeyOption(input.text("key"), "--key", `statefun ${verb}`);
  const { contentType, body } = bodyOf(input);
  const metadata = input.texts("metadata").map(pairOf).join(",");
  return askIngress(input, {
    method: "POST",
    path:
      pathOf(verb, namespace, name, id) +
      queryOf({ ...query, type: input.text("type"), handler: input.text("handler") }),
    headers: {
      "Content-Type": contentType,
      ...(key === undefined ? {} : { "Idempotency-Key": key }),
      ...(metadata === "" ? {} : { "Statefun-Metadata": metadata }),
    },
    body,
    // The connection has no limit of its own, because the ingress ends a call after the timeout.
    ...(verb === "call" ? { idleMs: 0 } : {}),
  });
}

/**
 * Throws OPTION_INVALID when the message stands where the id should: it would be sent to an id that nobody meant. An instance
 * with such an id can be reached by a command that has both.
 */
function assertId(input: Input, verb: "send" | "call", id: string): void {
  if (input.args[2] !== undefined || input.text("bytes") !== undefined || !/^[{["]/.test(id)) return;
  try {
    parseJson(id);
  } catch {
    return;
  }
  throw usage(`The id is missing: ${id} is a message. Write statefun ${verb} <ns/name> <id> '${id}'.`);
}

/** Writes one pair of metadata as the header Statefun-Metadata has it. Throws OPTION_INVALID. */
function pairOf(text: string): string {
  const at = text.indexOf("=");
  if (at <= 0) throw usage(`--metadata is "${text}". Write a name and a text: --metadata tenant=shop.`);
  return `${encodeURIComponent(text.slice(0, at))}=${encodeURIComponent(text.slice(at + 1))}`;
}

/** Reads the message: JSON, or the bytes of --bytes. Throws OPTION_INVALID. */
function bodyOf(input: Input): { contentType: string; body: string | Uint8Array } {
  const [, , message] = input.args;
  const file = input.text("bytes");
  if (file === undefined) {
    const json = message ?? "{}";
    assertJson(json);
    return { contentType: "application/json", body: json };
  }
  if (message !== undefined) throw usage("The message is given as JSON and with --bytes. Give one of them.");
  try {
    return { contentType: "application/octet-stream", body: readFileSync(file === "-" ? process.stdin.fd : file) };
  } catch (error) {
    throw usage(`--bytes can't read its file: ${describe(error)}.`);
  }
}

/** Throws OPTION_INVALID. The text is sent as written, since JSON.parse would round a 64-bit number. */
export function assertJson(text: string): void {
  try {
    parseJson(text);
  } catch (error) {
    throw new StatefunError(
      "OPTION_INVALID",
      `${text} is not JSON (${(error as Error).message}). A text needs quotes inside those of the shell: '"Bob"'.`,
    );
  }
}

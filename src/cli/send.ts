// `statefun send`, `call` and `cancel`: messages through the ingress.

import { StatefunError } from "../errors.js";
import { parseTypeName } from "../model/type-name.js";
import { type Input, usage } from "./parse.js";
import { print, printJson } from "./print.js";
import { type Answer, askIngress, pathOf, queryOf } from "./request.js";

/** Sends a message; ends once it is durable. */
export async function send(input: Input): Promise<void> {
  if (input.text("token") !== undefined && input.text("delay") === undefined) {
    throw usage("--token withdraws a delayed message: give --delay too.");
  }
  await post(input, "send", { delay: input.text("delay"), token: input.text("token") });
  if (input.flag("json")) printJson({ status: "accepted" });
  else print("Accepted.");
}

/** Sends a message and prints its answer. */
export async function call(input: Input): Promise<void> {
  const { headers, body } = await post(input, "call", { timeout: input.text("timeout") });
  // A header can't hold every character that a typename can.
  const typename = decodeURIComponent(String(headers["statefun-type"] ?? ""));
  const isJson = headers["content-type"]?.startsWith("application/json") === true;
  const base64 = body.toString("base64");
  if (input.flag("json")) printJson({ typename, ...(isJson ? { value: JSON.parse(body.toString()) } : { base64 }) });
  else print(isJson ? body.toString() : `${base64} (${typename}, in base64)`);
}

/** Withdraws a delayed message. */
export async function cancel(input: Input): Promise<void> {
  const [token = ""] = input.args;
  await askIngress(input, { method: "DELETE", path: pathOf("delayed", token) });
  if (input.flag("json")) printJson({ status: "cancelled" });
  else print("Cancelled.");
}

function post(input: Input, verb: "send" | "call", query: Record<string, string | undefined>): Promise<Answer> {
  const [typeName = "", id = "", message = "{}"] = input.args;
  const { namespace, name } = parseTypeName(typeName);
  assertJson(message);
  const key = input.text("key");
  return askIngress(input, {
    method: "POST",
    path:
      pathOf(verb, namespace, name, id) +
      queryOf({ ...query, type: input.text("type"), handler: input.text("handler") }),
    headers: { "Content-Type": "application/json", ...(key === undefined ? {} : { "Idempotency-Key": key }) },
    body: message,
    // An answer takes as long as the function does: the ingress has the limit.
    ...(verb === "call" ? { idleMs: 0 } : {}),
  });
}

/** The text itself is sent: a number of 64 bits would not come through JSON.parse as it is. */
export function assertJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new StatefunError(
      "OPTION_INVALID",
      `${text} is not JSON (${(error as Error).message}). A text needs quotes of its own: '"Bob"'.`,
    );
  }
}

// How each outcome is answered: status, headers and body.

import { errors, oneLine, type StatefunError } from "../errors.js";
import type { HttpAnswer } from "./http-messages.js";
import { octetStream } from "./rules.js";

// Exactly this content type: the engine refuses an answer that adds a charset to it.
export const callHeaders = Object.freeze({ "Content-Type": octetStream });

/** The answer to a call that succeeded. */
export function succeeded(body: Uint8Array): HttpAnswer {
  return { status: 200, headers: callHeaders, body };
}

/** The answer to a call that was refused or failed; `method` is the one that the path takes. */
export function failed({ code, message }: StatefunError, method = "POST"): HttpAnswer {
  const { fault, status } = errors[code];
  // Every other failure is the function's own, whatever status its code has elsewhere. Its message may hold a user's data:
  // the caller learns the code, and the log has the message.
  if (fault !== "request") return plainText(500, `${code}\n`);
  const answer = plainText(status, `${oneLine(`${code}: ${message}`)}\n`);
  return status === 405 ? withHeader(answer, "Allow", method) : answer;
}

export function jsonText(text: string): HttpAnswer {
  return { status: 200, headers: { "Content-Type": "application/json" }, body: Buffer.from(text) };
}

export function plainText(status: number, text: string): HttpAnswer {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8" }, body: Buffer.from(text) };
}

/** An answer after which the connection ends. */
export function withClose(answer: HttpAnswer): HttpAnswer {
  return withHeader(answer, "Connection", "close");
}

function withHeader(answer: HttpAnswer, name: string, value: string): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, [name]: value } };
}

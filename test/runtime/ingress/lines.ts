// Lines of requests with many calls, and the lines that answer them.

import type { IncomingHttpHeaders } from "node:http";
import { send } from "../../support/http.js";

export const ndjson = { "content-type": "application/x-ndjson" };

/** An answer as its client reads it. */
export interface AnswerLine {
  readonly line: number;
  readonly status: number;
  readonly type?: string;
  readonly value?: any;
  readonly base64?: string;
  readonly metadata?: unknown;
  readonly code?: string;
  readonly message?: string;
  readonly details?: unknown;
  readonly terminal?: boolean;
  readonly retryAfter?: number;
}

/** A call of the greeter. */
export const count = (id: string, value: unknown, more: object = {}) => ({
  function: "example/count",
  id,
  value,
  ...more,
});

/** A call of the function with many handlers. */
export const many = (more: object) => ({ function: "example.deep/many", id: "m", ...more });

/** The body of a request; text stands for a line as it is. */
export const bodyOf = (lines: readonly (object | string)[]) =>
  Buffer.from(lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));

/** The lines of an answer, in the order of the calls. */
export function read(text: string): AnswerLine[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as AnswerLine).sort((a, b) => a.line - b.line);
}

/** Sends calls. */
export async function sendLines(
  port: number,
  lines: readonly (object | string)[],
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; answers: AnswerLine[] }> {
  const received = await send(port, "/calls", { headers: { ...ndjson, ...headers }, body: bodyOf(lines) });
  return { status: received.status, headers: received.headers, answers: read(received.text) };
}

/** Sends calls, and reads their answers in the order of the calls. */
export async function postLines(port: number, lines: readonly (object | string)[]): Promise<AnswerLine[]> {
  return (await sendLines(port, lines)).answers;
}

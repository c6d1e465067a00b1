// Requests to the ingress, and checks of its answers.

import assert from "node:assert/strict";
import { type Received, send } from "../../support/http.js";

export const json = { "content-type": "application/json" };
export const form = { "content-type": "application/x-www-form-urlencoded" };
export const bob = "/call/example/count/bob";
export const many = "/call/example.deep/many/m";

/** Posts a body to the ingress. */
export const post = (port: number, path: string, body: string, headers: Record<string, string> = json) =>
  send(port, path, { headers, body: Buffer.from(body) });

/** Checks the status and the JSON of an answer. */
export function answered(received: Received, status: number, value: unknown): void {
  assert.equal(received.status, status, received.text);
  assert.deepEqual(JSON.parse(received.text), value);
  assert.match(received.text, /[^\n]\n$/, "a line of JSON");
}

/** Checks that the answer is an error with this status and code. */
export function refused(received: Received, status: number, code: string): void {
  assert.equal(received.status, status, received.text);
  const body = JSON.parse(received.text);
  assert.equal(body.code, code);
  if (status !== 500) assert.ok(body.message.length > 10);
  assert.equal(received.headers["content-type"], "application/json");
}

// Sends bytes on a bare connection, and collects everything that comes back until the connection ends.

import { RequestReplyHandler, StatefulFunctions } from "../../src/index.js";
import type { ServeOptions } from "../../src/serve/hosts/koa.js";
import { packed, requestBytes } from "../support/calls.js";
import { closed, type Host, hosts, rawConnection } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";

/** A call of `a/b/<id>`, which answers with its id. */
export const call = (id: string) =>
  requestBytes("v3", { to: `a/b/${id}`, messages: [{ argument: packed("x/y", "1") }] });

/** The hosts that need no installation beside this package: Koa and node:http. */
export const hostNames = ["Koa middleware", "node listener"] as const;

/** A host, what it logged and which calls reached its function. */
export async function startHost(name: (typeof hostNames)[number], options: ServeOptions = {}) {
  const logger = new RecordingLogger();
  const reached: string[] = [];
  const functions = new StatefulFunctions().register("a/b", (_message, context) => {
    reached.push(context.address.id);
    context.sendEgress("a/out", context.address.id);
  });
  const host = await (hosts[name] as (typeof hosts)[string])(new RequestReplyHandler(functions, { logger }), options);
  return { host, logger, reached };
}

const octets = "Host: x\r\nContent-Type: application/octet-stream\r\n";

/** The head of a POST, with more header lines. */
export const head = (...lines: readonly string[]) =>
  `POST /statefun HTTP/1.1\r\n${octets}${lines.map((line) => `${line}\r\n`).join("")}\r\n`;

/** A whole request: its head and its body, as text with one byte for each character. */
export function post(body: Uint8Array, ...lines: readonly string[]): string {
  return head(`Content-Length: ${body.length}`, ...lines) + latin(body);
}

/** Bytes as text that is sent as the same bytes. */
export const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

/** Sends text and returns what is answered until the server ends the connection. */
export async function exchange(host: Host, text: string): Promise<string> {
  const socket = await rawConnection(host.port, "");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.write(text, "latin1");
  await closed(socket);
  return Buffer.concat(chunks).toString("latin1");
}

/** The statuses of all answers that came back, in their order. */
export const statusesOf = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

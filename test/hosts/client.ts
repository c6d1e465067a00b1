// A client that sends exactly what a test says. It adds no header, length or content type.

import { type Agent, type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import type { Socket } from "node:net";

export interface Sent {
  /** Defaults to POST. */
  readonly method?: string;
  /** Defaults to /statefun. */
  readonly path?: string;
  /** Defaults to the engine's content type. */
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
}

export interface Received {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly socket: Socket | null;
}

export const engineHeaders = { "Content-Type": "application/octet-stream" };

/** Sends a request with its length. */
export function send(origin: string, { body = "", ...sent }: Sent, agent?: Agent): Promise<Received> {
  const headers = { ...(sent.headers ?? engineHeaders), "Content-Length": Buffer.byteLength(body) };
  const { outgoing, received } = open(origin, { ...sent, headers }, agent);
  outgoing.end(body);
  return received;
}

/** Declares a length and sends no body. Only a host that reads the declared length answers. */
export async function declare(origin: string, length: number): Promise<Received> {
  const { outgoing, received } = open(origin, { headers: { ...engineHeaders, "Content-Length": length } });
  outgoing.flushHeaders();
  return received.finally(() => outgoing.destroy());
}

/** Sends this many bytes without having declared a length, and never ends. */
export async function sendWithoutEnd(origin: string, length: number): Promise<Received> {
  const { outgoing, received } = open(origin, { headers: { ...engineHeaders, "Transfer-Encoding": "chunked" } });
  const chunk = Buffer.alloc(64 * 1024);
  for (let rest = length; rest > 0; rest -= chunk.length) outgoing.write(chunk.subarray(0, rest));
  return received.finally(() => outgoing.destroy());
}

/** Sends a body in chunks, without declaring its length. */
export function sendChunked(origin: string, body: Uint8Array, chunkLength: number): Promise<Received> {
  const { outgoing, received } = open(origin, { headers: { ...engineHeaders, "Transfer-Encoding": "chunked" } });
  for (let at = 0; at < body.length; at += chunkLength) outgoing.write(body.subarray(at, at + chunkLength));
  outgoing.end();
  return received;
}

/** Declares a body, sends its beginning and goes away. */
export async function abort(origin: string): Promise<void> {
  const { outgoing, received } = open(origin, { headers: { ...engineHeaders, "Content-Length": 1000 } });
  await new Promise<void>((resolve) => outgoing.write("beginning", () => resolve()));
  outgoing.destroy();
  await received.catch(() => {});
}

function open(origin: string, sent: Omit<Sent, "body">, agent?: Agent) {
  const { method = "POST", path = "/statefun", headers = {} } = sent;
  const outgoing: ClientRequest = request(origin + path, { method, headers, agent: agent ?? false });
  const received = new Promise<Received>((resolve, reject) => {
    let status: number | undefined;
    outgoing.on("error", (error) => {
      // A host that has answered may well cut off what was still being sent.
      if (status === undefined) reject(error);
    });
    outgoing.on("response", (response) => {
      status = response.statusCode;
      const { socket } = response;
      const chunks: Buffer[] = [];
      const finish = () => resolve({ status, headers: response.headers, body: Buffer.concat(chunks), socket });
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", finish);
      response.on("error", reject);
    });
  });
  return { outgoing, received };
}

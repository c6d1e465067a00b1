// A small HTTP client, and servers of every host on a free port.

import { type Agent, createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import Koa from "koa";
import Router from "koa-router";
import type { RequestReplyHandler, StatefulFunctions } from "../../src/index.js";
import { type ServeOptions, statefun, statefunRouter } from "../../src/serve/hosts/koa.js";
import { serve, statefunListener } from "../../src/serve/hosts/node.js";

export interface Received {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: Buffer;
  readonly text: string;
}

export interface Sent {
  /** Defaults to POST. */
  readonly method?: string;
  /** Replaces the default headers, which are the engine's content type. */
  readonly headers?: Record<string, string>;
  /** A list is sent in chunks, without a declared length. */
  readonly body?: Uint8Array | readonly Uint8Array[];
  readonly agent?: Agent;
}

export const octetStream = { "content-type": "application/octet-stream" };

/** Looks at an answer that a test has got from a port. */
export type CheckAnswer = (method: string, path: string, received: Received) => void;

const checks = new Map<number, CheckAnswer>();

/** Checks every answer of a port, until the returned function is called. */
export function checkAnswersOf(port: number, check: CheckAnswer): () => void {
  checks.set(port, check);
  return () => checks.delete(port);
}

/** Sends one request and reads the whole answer. */
export async function send(port: number, path: string, sent: Sent = {}): Promise<Received> {
  const received = await exchange(port, path, sent);
  checks.get(port)?.(sent.method ?? "POST", path, received);
  return received;
}

function exchange(port: number, path: string, { method = "POST", headers = octetStream, body, agent }: Sent) {
  return new Promise<Received>((resolve, reject) => {
    const outgoing = request({ port, host: "127.0.0.1", path, method, headers, agent: agent ?? false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode as number, headers: response.headers, bytes, text: bytes.toString() });
      });
    });
    let answered = false;
    outgoing.once("response", () => {
      answered = true;
    });
    outgoing.on("error", (error) => {
      if (!answered) reject(error); // an upload that is refused may end in a reset
    });
    if (body === undefined || body instanceof Uint8Array) outgoing.end(body);
    else {
      for (const chunk of body) outgoing.write(chunk);
      outgoing.end();
    }
  });
}

export interface Host {
  readonly port: number;
  /** The path of the functions: the requested path, behind the path at which the host mounts it. */
  readonly at: (path: string) => string;
  /** Takes no new calls. Resolves when the calls in flight are answered. */
  close?: () => Promise<void>;
  readonly server: Server;
}

export type Served = StatefulFunctions | RequestReplyHandler;

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Starts a Koa app. */
export async function startKoa(app: Pick<Koa, "callback">): Promise<{ port: number; server: Server }> {
  const server = createServer(app.callback());
  return { port: await listening(server), server };
}

/** Every way to serve functions. */
export const hosts: Record<string, (served: Served, options?: ServeOptions) => Promise<Host>> = {
  "Koa middleware": async (served, options) => {
    const middleware = statefun(served, options);
    const { port, server } = await startKoa(new Koa().use(middleware));
    return { port, server, at: (path) => path, close: () => middleware.close() };
  },
  "router in a router": async (served, options) => {
    const api = new Router({ prefix: "/api" });
    api.use("/v1", statefunRouter(served, options).routes());
    const { port, server } = await startKoa(new Koa().use(api.routes()));
    return { port, server, at: (path) => `/api/v1${path}` };
  },
  "router with a prefix": async (served, options) => {
    const router = statefunRouter(served, options).prefix("/deep/down");
    const { port, server } = await startKoa(new Koa().use(router.routes()));
    return { port, server, at: (path) => `/deep/down${path}` };
  },
  "node listener": async (served, options) => {
    const listener = statefunListener(served, options);
    const server = createServer(listener);
    return { port: await listening(server), server, at: (path) => path, close: () => listener.close() };
  },
  "serve()": async (served, options) => {
    const { port, server, close } = await serve(served, { ...options, port: 0, host: "127.0.0.1" });
    return { port, server, at: (path) => path, close };
  },
};

/** Ends a server at once, whatever it does. */
export async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
}

/** A bare connection that has sent the text. */
export async function rawConnection(port: number, text: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  await new Promise<void>((resolve) => socket.write(text, () => resolve()));
  return socket;
}

/** Resolves when a connection is closed, also by a reset: a server that has not read all that was sent resets the connection. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

/** Resolves when a server has seen what was sent to it before, also requests that it keeps waiting: what is no request is answered at once. */
export async function roundTrip(port: number): Promise<void> {
  const client = await rawConnection(port, "no request\r\n\r\n");
  await closed(client.resume());
}

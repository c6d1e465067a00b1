// Servers that answer as a test says, and endpoints that call them.

import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { after } from "node:test";
import { Address } from "../../../src/model/address.js";
import { HttpEndpoint } from "../../../src/runtime/endpoint/http-endpoint.js";
import type { TransportSpec } from "../../../src/runtime/module/module.js";
import { parseModule } from "../../../src/runtime/module/read-module.js";

export const octetStream = "application/octet-stream";
export const bob = Address.of("example/greeter", "bob");

/** An endpoint as a module file says it; it is closed when the test that made it has ended. */
export function endpointAt(url: string, limits: Partial<TransportSpec> = {}, functions = "example/*"): HttpEndpoint {
  const text = `kind: io.statefun.endpoints.v2/http
spec:
  functions: ${functions}
  urlPathTemplate: ${url}
`;
  const [spec] = parseModule(text, { file: "module.yaml", allowHostTemplates: true }).endpoints;
  if (spec === undefined) throw new Error("the module has no endpoint");
  const endpoint = new HttpEndpoint({ ...spec, transport: { ...spec.transport, ...limits } });
  after(() => endpoint.close());
  return endpoint;
}

/** Starts a server on a free port, or on a socket; it ends when the test that started it has ended. */
export async function listening<S extends TcpServer>(server: S, socketPath?: string): Promise<S> {
  const sockets = new Set<Socket>();
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    if (socketPath === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(socketPath, resolve);
  });
  return server;
}

export const portOf = (server: TcpServer): number => (server.address() as AddressInfo).port;

/** An HTTP server, and where it is. */
export async function httpServer(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = await listening(createServer(listener));
  return { server, url: `http://127.0.0.1:${portOf(server)}` };
}

/** A server of bare connections. */
export async function tcpServer(onConnection: (socket: Socket) => void): Promise<{ server: TcpServer; url: string }> {
  const server = await listening(
    createTcpServer((socket) => {
      socket.on("error", () => {});
      onConnection(socket);
    }),
  );
  return { server, url: `http://127.0.0.1:${portOf(server)}` };
}

/** Answers with what it was sent. */
export const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.once("end", () => response.writeHead(200, { "content-type": octetStream }).end(Buffer.concat(chunks)));
};

/** Answers the same to every call. */
export const answering =
  (status: number, headers: Record<string, string>, body: string | Uint8Array = ""): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, headers).end(body);
  };

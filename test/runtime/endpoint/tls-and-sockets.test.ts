// TLS with authorities of its own, client certificates, and unix sockets.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { rejectsCode, throwsCode } from "../../support/expect-code.js";
import { Certificates } from "../../tls/certificates.js";
import { bob, echo, endpointAt, listening, portOf } from "./servers.js";

const hello = Buffer.from("hello");
const certificates = new Certificates();
const authority = certificates.identity("authority", { authority: true });
const server = certificates.identity("server", { issuer: authority, names: "DNS:localhost,IP:127.0.0.1" });
const client = certificates.identity("client", { issuer: authority });
const stranger = certificates.identity("stranger");
const folder = mkdtempSync(join(tmpdir(), "statefun-endpoint-"));

after(() => {
  certificates.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function tlsServer(options: ServerOptions = {}, socketPath?: string): Promise<string> {
  const listener = createTlsServer({ cert: server.cert, key: server.key, ...options }, echo);
  listener.on("tlsClientError", () => {});
  await listening(listener, socketPath);
  return socketPath ?? `https://127.0.0.1:${portOf(listener)}/statefun`;
}

const mutual: ServerOptions = { ca: authority.cert, requestCert: true, rejectUnauthorized: true };
const trusting = { trustCaCerts: authority.certFile };

test("a server is trusted by its authority", async () => {
  const endpoint = endpointAt(await tlsServer(), trusting);
  assert.equal((await endpoint.call(hello, bob)).length, 5);
});

test("a server of an unknown authority is unreachable", async () => {
  const url = await tlsServer();
  await rejectsCode(endpointAt(url).call(hello, bob), "ENDPOINT_UNREACHABLE", "certificate");
  const other = endpointAt(url, { trustCaCerts: stranger.certFile });
  await rejectsCode(other.call(hello, bob), "ENDPOINT_UNREACHABLE", "certificate");
});

test("a server's certificate must name its host", async () => {
  const elsewhere = certificates.identity("elsewhere", { issuer: authority, names: "DNS:elsewhere.example" });
  const url = await tlsServer({ cert: elsewhere.cert, key: elsewhere.key });
  await rejectsCode(endpointAt(url, trusting).call(hello, bob), "ENDPOINT_UNREACHABLE", "127.0.0.1");
});

test("a client shows its certificate, also with a key under a password", async () => {
  const url = await tlsServer(mutual);
  const plain = { ...trusting, clientCert: client.certFile, clientKey: client.keyFile };
  assert.equal((await endpointAt(url, plain).call(hello, bob)).length, 5);

  const { keyFile, passwordFile } = certificates.withPassword(client, "open sesame");
  const locked = { ...plain, clientKey: keyFile, clientKeyPassword: passwordFile };
  assert.equal((await endpointAt(url, locked).call(hello, bob)).length, 5);
  const edited = { ...locked, clientKeyPassword: certificates.file("password", "open sesame\n") };
  assert.equal((await endpointAt(url, edited).call(hello, bob)).length, 5);
});

test("a server that wants a certificate is unreachable without one, or with a stranger's", async () => {
  const url = await tlsServer(mutual);
  await rejectsCode(endpointAt(url, trusting).call(hello, bob), "ENDPOINT_UNREACHABLE");
  const strange = { ...trusting, clientCert: stranger.certFile, clientKey: stranger.keyFile };
  await rejectsCode(endpointAt(url, strange).call(hello, bob), "ENDPOINT_UNREACHABLE");
});

test("a file that is missing or can't be used is refused at the start, with its place", () => {
  const { keyFile } = certificates.withPassword(client, "open sesame");
  const wrongPassword = certificates.file("password", "wrong");
  for (const tls of [
    { trustCaCerts: join(folder, "none.pem") },
    { clientCert: client.certFile, clientKey: stranger.keyFile },
    { clientCert: client.certFile, clientKey: keyFile },
    { clientCert: client.certFile, clientKey: keyFile, clientKeyPassword: wrongPassword },
  ]) {
    throwsCode(() => endpointAt("https://localhost/", tls), "MODULE_INVALID", "module.yaml, line 3");
  }
});

test("a unix socket is called, with the path behind it", async () => {
  const socket = join(folder, "plain.sock");
  const paths: (string | undefined)[] = [];
  const plain = createServer((request, response) => {
    paths.push(request.url);
    echo(request, response);
  });
  await listening(plain, socket);
  assert.equal((await endpointAt(`http+unix://${socket}/statefun/{function.name}`).call(hello, bob)).length, 5);
  assert.equal((await endpointAt(`http+unix://${socket}`).call(hello, bob)).length, 5);
  assert.deepEqual(paths, ["/statefun/greeter", "/"]);
});

test("a unix socket is called with TLS", async () => {
  const socket = await tlsServer(mutual, join(folder, "tls.sock"));
  const tls = { ...trusting, clientCert: client.certFile, clientKey: client.keyFile };
  assert.equal((await endpointAt(`https+unix://${socket}/statefun`, tls).call(hello, bob)).length, 5);
});

test("a socket that is not there is unreachable", async () => {
  const endpoint = endpointAt(`http+unix://${folder}/none.sock/statefun`);
  await rejectsCode(endpoint.call(hello, bob), "ENDPOINT_UNREACHABLE", "none.sock");
});

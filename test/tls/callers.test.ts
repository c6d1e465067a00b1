// Who gets through TLS to the functions, and what the others are told: nothing.

import assert from "node:assert/strict";
import { request } from "node:https";
import { after, test } from "node:test";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { StatefulFunctions } from "statefun-ts";
import { answerOf, packed, requestBytes } from "../support/calls.js";
import { octetStream, rawConnection } from "../support/http.js";
import { Certificates } from "./certificates.js";
import { kinds, mutual, TlsServer } from "./servers.js";

const certificates = new Certificates();
after(() => certificates.remove());
const authority = certificates.identity("Authority", { authority: true });
const otherAuthority = certificates.identity("Authority", { authority: true });
const identity = certificates.identity("localhost", { issuer: authority, names: "DNS:localhost,IP:127.0.0.1" });
const client = certificates.identity("engine", { issuer: authority });
const body = requestBytes("v3", { to: "a/b/1", messages: [{ argument: packed("x/y", "1") }] });
const functions = new StatefulFunctions().register("a/b", (_message, context) => context.send("c/d", "1", "called"));
const limit = { timeout: 10_000 };

/** Posts the call; rejects when the handshake fails, or when nothing is answered. */
function post(port: number, options: ConnectionOptions): Promise<{ status: number; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { ...options, port, host: "127.0.0.1", path: "/statefun", method: "POST", headers: octetStream, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("end", () => resolve({ status: response.statusCode as number, bytes: Buffer.concat(chunks) }));
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

const trusting = { ca: authority.cert };
const strangers: Record<string, () => ConnectionOptions> = {
  "no certificate": () => trusting,
  "a certificate that it signed itself": () => ({ ...trusting, ...certificates.identity("engine") }),
  "a certificate of another authority, of the same name": () => ({
    ...trusting,
    ...certificates.identity("engine", { issuer: otherAuthority }),
  }),
  "a certificate of a client that is no authority": () => ({
    ...trusting,
    ...certificates.identity("engine", { issuer: client }),
  }),
  "a certificate that is over": () => ({
    ...trusting,
    ...certificates.identity("engine", { issuer: authority, days: -1 }),
  }),
  "TLS 1.1": () => ({
    ...trusting,
    cert: client.cert,
    key: client.key,
    minVersion: "TLSv1.1",
    maxVersion: "TLSv1.1",
    ciphers: "DEFAULT@SECLEVEL=0",
  }),
};

for (const kind of kinds) {
  const start = async (options = mutual(identity, authority)) => {
    const server = new TlsServer(kind, functions, options);
    await server.listen();
    return server;
  };

  test(`${kind}: a caller with a certificate of the authority is answered`, limit, async (t) => {
    const server = await start();
    t.after(() => server.close());
    const { status, bytes } = await post(server.port, { ...trusting, cert: client.cert, key: client.key });
    assert.equal(status, 200);
    assert.equal(answerOf("v3", bytes).messages[0]?.to, "c/d/1");
    assert.equal(server.calls, 1);
  });

  for (const [what, options] of Object.entries(strangers)) {
    test(`${kind}: a caller with ${what} reaches no function, and is answered nothing`, limit, async (t) => {
      const server = await start();
      t.after(() => server.close());
      const refusal = server.refused();
      await assert.rejects(post(server.port, options()));
      t.diagnostic(`refused with ${await refusal}`);
      assert.equal(server.calls, 0);
      assert.deepEqual(server.logger.entries, []);
    });
  }

  test(`${kind}: a caller by plain HTTP is answered nothing`, limit, async (t) => {
    const server = await start();
    t.after(() => server.close());
    const refusal = server.refused();
    const head = `POST /statefun HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n\r\n`;
    const socket = await rawConnection(server.port, head + Buffer.from(body).toString("latin1"));
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    await new Promise((resolve) => socket.once("close", resolve));
    assert.doesNotMatch(Buffer.concat(chunks).toString("latin1"), /HTTP/);
    assert.equal(await refusal, "ERR_SSL_HTTP_REQUEST");
    assert.equal(server.calls, 0);
  });

  test(`${kind}: a handshake that never goes on ends with its time, and holds up nobody`, limit, async (t) => {
    const server = await start({ ...mutual(identity, authority), handshakeTimeout: 200 });
    t.after(() => server.close());
    const refusal = server.refused();
    const socket = await rawConnection(server.port, "\u0016\u0003\u0001");
    const ended = new Promise((resolve) => socket.resume().once("close", resolve));
    assert.equal((await post(server.port, { ...trusting, cert: client.cert, key: client.key })).status, 200);
    assert.equal(await refusal, "ERR_TLS_HANDSHAKE_TIMEOUT");
    await ended;
  });

  test(
    `${kind}: without rejectUnauthorized a stranger does get in: the option is what keeps him out`,
    limit,
    async (t) => {
      const server = await start({ ...mutual(identity, authority), rejectUnauthorized: false });
      t.after(() => server.close());
      assert.equal((await post(server.port, trusting)).status, 200);
      assert.equal(server.calls, 1);
    },
  );

  test(`${kind}: TLS 1.2 and 1.3 are spoken`, limit, async (t) => {
    const server = await start();
    t.after(() => server.close());
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const versions = { minVersion: version, maxVersion: version };
      const socket = await new Promise<TLSSocket>((resolve, reject) => {
        const made = connect({
          ...trusting,
          ...versions,
          cert: client.cert,
          key: client.key,
          port: server.port,
          host: "127.0.0.1",
        });
        made.once("secureConnect", () => resolve(made));
        made.once("error", reject);
      });
      assert.equal(socket.getProtocol(), version);
      socket.destroy();
    }
  });
}

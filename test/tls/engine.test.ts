// HTTPS and mutual TLS as StateFun 3.3's async transport speaks it, to certificates made here.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { StatefulFunctions, Types } from "statefun-ts";
import { type Flink, startFlink } from "../../flink/flink.ts";
import { Certificates, type Identity } from "./certificates.js";
import { kinds, mutual, TlsServer } from "./servers.js";

const out = "example/out";

/** One endpoint of a module file. */
interface Endpoint {
  readonly namespace: string;
  readonly url: string;
  /** `trust_cacerts`, `client_cert` and the like: paths. */
  readonly tls: Readonly<Record<string, string>>;
}

function moduleOf(endpoints: readonly Endpoint[]): string {
  const documents = endpoints.map(({ namespace, url, tls }) => {
    const lines = Object.entries(tls).map(([name, path]) => `    ${name}: ${path}\n`);
    return `kind: io.statefun.endpoints.v2/http
spec:
  functions: ${namespace}/*
  urlPathTemplate: ${url}
  transport:
    type: io.statefun.transports.v1/async
${lines.join("")}`;
  });
  return documents.join("---\n");
}

/** A function of each namespace, which tells that it was called. */
const functionsOf = (namespace: string) =>
  new StatefulFunctions().register(
    `${namespace}/count`,
    (_text, context, state) => {
      state.count += 1;
      context.sendEgress(out, `${context.address} ${state.count}`);
    },
    { handles: [Types.string], state: { count: { type: Types.int, default: 0 } } },
  );

describe("StateFun 3.3 over TLS", { timeout: 120_000 }, () => {
  const certificates = new Certificates();
  const servers: TlsServer[] = [];
  const authority = certificates.identity("Authority", { authority: true });
  const otherAuthority = certificates.identity("Other authority", { authority: true });
  const localhost = "DNS:localhost,IP:127.0.0.1";
  const identity = certificates.identity("localhost", { issuer: authority, names: localhost });
  const client = certificates.identity("engine", { issuer: authority });
  const locked = certificates.withPassword(client, "only the test knows");
  const trust = { trust_cacerts: authority.certFile };
  const own = { client_cert: client.certFile, client_key: client.keyFile };

  const serve = async (server: TlsServer) => {
    servers.push(server);
    await server.listen();
    return server;
  };
  const start = (endpoints: readonly Endpoint[]) =>
    startFlink({ version: "3.3", module: moduleOf(endpoints), egresses: [out] });
  const send = (engine: Flink, namespace: string) => {
    const { typename, value } = Types.string.pack("hello");
    engine.send(`${namespace}/count`, "1", typename, value);
  };
  const end = async (engine: Flink | undefined) => {
    if (engine === undefined) return;
    await engine.stop();
    await rm(engine.dir, { recursive: true, force: true });
  };
  after(() => {
    for (const server of servers) server.close();
    certificates.remove();
  });

  describe("an engine that is let in", () => {
    const accepted: Record<
      string,
      (kind: (typeof kinds)[number], namespace: string) => Promise<[TlsServer, Endpoint]>
    > = {
      "TLS alone": async (kind, namespace) => {
        const { cert, key } = identity;
        const server = await serve(new TlsServer(kind, functionsOf(namespace), { cert, key }));
        return [server, { namespace, url: `https://localhost:${server.port}/statefun`, tls: trust }];
      },
      "mutual TLS": async (kind, namespace) => {
        const server = await serve(new TlsServer(kind, functionsOf(namespace), mutual(identity, authority)));
        return [server, { namespace, url: `https://localhost:${server.port}/statefun`, tls: { ...trust, ...own } }];
      },
      "TLS to a server whose certificate names another host, which this engine does not look at": async (
        kind,
        namespace,
      ) => {
        const { cert, key } = certificates.identity("elsewhere", { issuer: authority, names: "DNS:elsewhere.example" });
        const server = await serve(new TlsServer(kind, functionsOf(namespace), { cert, key }));
        return [server, { namespace, url: `https://localhost:${server.port}/statefun`, tls: trust }];
      },
      "mutual TLS, its key under a password": async (kind, namespace) => {
        const server = await serve(new TlsServer(kind, functionsOf(namespace), mutual(identity, authority)));
        const tls = {
          ...trust,
          client_cert: client.certFile,
          client_key: locked.keyFile,
          client_key_password: locked.passwordFile,
        };
        return [server, { namespace, url: `https://127.0.0.1:${server.port}/statefun`, tls }];
      },
    };
    const cases = Object.entries(accepted).flatMap(([what, make], row) =>
      kinds.map((kind, column) => ({ what, kind, make, namespace: `accepted-${row}-${column}` })),
    );
    const reached = new Map<string, TlsServer>();
    let engine: Flink;
    before(async () => {
      const endpoints: Endpoint[] = [];
      for (const { kind, make, namespace } of cases) {
        const [server, endpoint] = await make(kind, namespace);
        reached.set(namespace, server);
        endpoints.push(endpoint);
      }
      engine = await start(endpoints);
    });
    after(() => end(engine));

    for (const { what, kind, namespace } of cases) {
      test(`${kind}: ${what}: state is kept from call to call`, async () => {
        for (const count of [1, 2]) {
          send(engine, namespace);
          const told = `${namespace}/count/1 ${count}`;
          await engine.waitForRecords((records) =>
            records.some(({ value }) => Types.string.deserialize(value) === told),
          );
        }
        const server = reached.get(namespace) as TlsServer;
        assert.ok(server.calls >= 2);
        assert.deepEqual(server.logger.entries, []);
      });
    }
  });

  describe("an engine that is kept out, or does not trust", () => {
    const refused: Record<
      string,
      { options: () => ReturnType<typeof mutual>; tls: () => Record<string, string>; scheme?: string }
    > = {
      "has no certificate": { options: () => mutual(identity, authority), tls: () => trust },
      "has a certificate of another authority": {
        options: () => mutual(identity, otherAuthority),
        tls: () => ({ ...trust, ...own }),
      },
      "has a certificate that is over": {
        options: () => mutual(identity, authority),
        tls: () => {
          const over: Identity = certificates.identity("engine", { issuer: authority, days: -1 });
          return { ...trust, client_cert: over.certFile, client_key: over.keyFile };
        },
      },
      "calls by plain HTTP": { options: () => mutual(identity, authority), tls: () => ({}), scheme: "http" },
      "does not know the server's authority": {
        options: () => mutual(identity, authority),
        tls: () => ({ ...own, trust_cacerts: otherAuthority.certFile }),
      },
    };
    // Each has an engine of its own: one waits for the first answer of a function before it calls another.
    Object.entries(refused).forEach(([what, { options, tls, scheme = "https" }], row) => {
      const kind = kinds[row % kinds.length] as (typeof kinds)[number];
      test(`${kind}: one that ${what} reaches no function`, async (t) => {
        const server = await serve(new TlsServer(kind, functionsOf("refused"), options()));
        const refusal = server.refused();
        const url = `${scheme}://localhost:${server.port}/statefun`;
        const engine = await start([{ namespace: "refused", url, tls: tls() }]);
        t.after(() => end(engine));
        send(engine, "refused"); // which it repeats for two minutes, before the job fails
        t.diagnostic(`refused with ${await refusal}`);
        assert.equal(server.calls, 0);
        assert.deepEqual(server.logger.entries, []);
        assert.deepEqual(engine.records(), []);
      });
    });
  });
});

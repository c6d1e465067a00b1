// The runtime's own HTTP ingress, over a real engine: what is sent and called, and how each mistake is answered.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { example } from "../../../samples/messages/messages.js";
import { StatefunError } from "../../../src/errors.js";
import { Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { openLevelStore } from "../../../src/store/level-store.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { rejectsCode } from "../../support/expect-code.ts";
import { octetStream, type Received, type Sent, send } from "../../support/http.js";
import { doorFor, openWorld, until, withIngress } from "./world.js";

const json = { "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };
const bob = "/call/example/count/bob";
const many = "/call/example.deep/many/m";

const post = (port: number, path: string, body: string, headers: Record<string, string> = json) =>
  send(port, path, { headers, body: Buffer.from(body) });

function answered(received: Received, status: number, value: unknown): void {
  assert.equal(received.status, status, received.text);
  assert.deepEqual(JSON.parse(received.text), value);
}

function refused(received: Received, status: number, code: string): void {
  assert.equal(received.status, status, received.text);
  const body = JSON.parse(received.text);
  assert.equal(body.code, code);
  if (status !== 500) assert.ok(body.message.length > 10);
  assert.equal(received.headers["content-type"], "application/json");
}

describe("a call", () => {
  test("is answered with what the function returns, as JSON, with its typename", () =>
    withIngress(async ({ port }) => {
      const received = await post(port, bob, '{"name":"Bob"}');
      answered(received, 200, { text: "Hello Bob", count: 1 });
      assert.equal(received.headers["statefun-type"], "type.googleapis.com/example.Greeting");
      answered(await post(port, bob, '{"name":"Bob"}'), 200, { text: "Hello Bob", count: 2 });
      answered(await post(port, "/call/example/count/eve", '{"name":"Eve"}'), 200, { text: "Hello Eve", count: 1 });
    }));

  test("takes what curl -d sends, and JSON with a charset or without any content type", () =>
    withIngress(async ({ port }) => {
      for (const headers of [form, { "content-type": "Application/JSON; charset=utf-8" }, {}]) {
        assert.equal((await post(port, bob, '{"name":"Bob"}', headers as Record<string, string>)).status, 200);
      }
    }));

  test("carries bytes unchanged, both ways", () =>
    withIngress(async ({ port }) => {
      const body = example.User.encode({ name: "Bob" }).finish();
      const received = await send(port, bob, { body, headers: { ...octetStream, accept: "application/octet-stream" } });
      assert.equal(received.status, 200);
      assert.equal(received.headers["content-type"], "application/octet-stream");
      assert.equal(example.Greeting.decode(received.bytes).text, "Hello Bob");
      const raw = Buffer.from([0, 255, 1]);
      const echoed = await send(port, `${many}?type=any/thing`, { body: raw });
      assert.equal(echoed.headers["statefun-type"], "example/echo");
      assert.equal(echoed.headers["content-type"], "application/octet-stream");
      assert.deepEqual(echoed.bytes, raw);
    }));

  test("says its value's type by query, by header or by the method's name", () =>
    withIngress(async ({ port }) => {
      answered(await post(port, `${many}?type=io.statefun.types/long`, '"9007199254740993"'), 200, "9007199254740993");
      answered(await post(port, `${many}?handler=add`, "1"), 200, "9007199254740994");
      answered(await post(port, many, '"psst"', { ...json, "statefun-type": "io.statefun.types/string" }), 200, "PSST");
      answered(await post(port, `${many}?handler=order`, '{"sku":"a","amount":2}'), 200, { sku: "a", amount: 4 });
      answered(await post(port, `${many}?type=type.googleapis.com/example.Admin`, '{"name":"Al"}'), 200, "admin Al");
    }));

  test("has percent-encoded parts", () =>
    withIngress(async ({ port, world }) => {
      assert.equal((await post(port, "/call/example/count/a%2Fb%20%C3%BC%3F", '{"name":"Bob"}')).status, 200);
      const { states } = await world.engine.inspect(Address.of("example/count", "a/b ü?"));
      assert.equal(states[0]?.value.as(Types.int), 1);
    }));

  test("waits no longer than its timeout", () =>
    withIngress(async ({ port }) => {
      refused(await post(port, `${many}?handler=silent&timeout=1`, "true"), 504, "ANSWER_TIMEOUT");
      refused(await post(port, `${many}?handler=silent&timeout=1ms`, "true"), 504, "ANSWER_TIMEOUT");
      for (const timeout of ["", "0", "-1", "1.5", "soon", "40d", "1w"]) {
        refused(await post(port, `${many}?handler=silent&timeout=${timeout}`, "true"), 400, "DURATION_INVALID");
      }
    }));

  test("stops waiting when its client leaves", { timeout: 20_000 }, () =>
    withIngress(async ({ port, world }) => {
      const door = doorFor("leaver");
      const path = "/call/example.deep/many/leaver?handler=waits&timeout=1h";
      const outgoing = httpRequest({ port, path, method: "POST", agent: false }).on("error", () => {});
      outgoing.end("1");
      await door.reached;
      assert.equal(world.engine.metrics.callsWaiting, 1);
      outgoing.destroy();
      await until(() => world.engine.metrics.callsWaiting === 0);
    }),
  );

  test("with an idempotency key is carried out once, and answered again", () =>
    withIngress(async ({ port }) => {
      const headers = { ...json, "idempotency-key": "k1" };
      const first = await post(port, bob, '{"name":"Bob"}', headers);
      const again = await post(port, bob, '{"name":"Bob"}', headers);
      assert.deepEqual(again.text, first.text);
      refused(await post(port, bob, '{"name":"Eve"}', headers), 409, "IDEMPOTENCY_CONFLICT");
      refused(await post(port, bob, "{}", { ...json, "idempotency-key": "k".repeat(257) }), 400, "OPTION_INVALID");
      for (const key of ["", "\xfc", "a\tb"]) {
        refused(await post(port, bob, "{}", { ...json, "idempotency-key": key }), 400, "OPTION_INVALID");
      }
    }));
});

describe("a send", () => {
  test("is accepted once it is durable, and delivered", () =>
    withIngress(async ({ port }) => {
      answered(await post(port, "/send/example/count/bob", '{"name":"Bob"}'), 202, { status: "accepted" });
      answered(await post(port, bob, '{"name":"Bob"}'), 200, { text: "Hello Bob", count: 2 });
    }));

  test("is kept on disk: an engine that is opened again goes on with it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "statefun-ingress-"));
    try {
      const open = () => openLevelStore(folder);
      await withIngress(
        async ({ port }) => {
          answered(await post(port, "/send/example/count/bob", '{"name":"Bob"}'), 202, { status: "accepted" });
        },
        {},
        { store: await open() },
      );
      await withIngress(
        async ({ port }) => {
          answered(await post(port, bob, '{"name":"Bob"}'), 200, { text: "Hello Bob", count: 2 });
        },
        {},
        { store: await open() },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("with a delay waits, and is withdrawn by its token once", () =>
    withIngress(async ({ port, world }) => {
      for (const [index, delay] of ["3600000", "3600000ms", "3600s", "60m", "1h", "2d"].entries()) {
        const path = `/send/example/count/bob?delay=${delay}&cancellationToken=t%2F${index}`;
        answered(await post(port, path, '{"name":"Bob"}'), 202, { status: "accepted" });
      }
      const { delayed } = await world.engine.inspect(Address.of("example/count", "bob"));
      assert.equal(delayed.length, 6);
      const dues = delayed.map(({ dueAt }) => dueAt);
      assert.ok(Math.max(...dues) - Math.min(...dues) > 46 * 3_600_000);
      const cancel = () => send(port, "/delayed/t%2F0", { method: "DELETE", headers: {} });
      answered(await cancel(), 200, { status: "cancelled" });
      refused(await cancel(), 404, "NOT_FOUND");
      assert.equal((await world.engine.inspect(Address.of("example/count", "bob"))).delayed.length, 5);
      refused(await post(port, "/send/example/count/bob?delay=1h&cancellationToken=t%2F1", "{}"), 400, "TOKEN_INVALID");
    }));

  test("refuses a delay that is none, and a token without a delay", () =>
    withIngress(async ({ port }) => {
      for (const delay of ["", "-1", "soon", "1.5h", "9".repeat(20)]) {
        refused(await post(port, `/send/example/count/bob?delay=${delay}`, "{}"), 400, "DELAY_INVALID");
      }
      refused(await post(port, "/send/example/count/bob?cancellationToken=t", "{}"), 400, "OPTION_INVALID");
      refused(await send(port, "/delayed/", { method: "DELETE", headers: {} }), 400, "TOKEN_INVALID");
    }));

  test("with an idempotency key is delivered once", () =>
    withIngress(async ({ port }) => {
      const headers = { ...json, "idempotency-key": "k1" };
      for (let n = 0; n < 3; n++) await post(port, "/send/example/count/bob", '{"name":"Bob"}', headers);
      answered(await post(port, bob, '{"name":"Bob"}'), 200, { text: "Hello Bob", count: 2 });
    }));
});

describe("a request that can't be right", () => {
  const cases: [what: string, path: string, sent: Sent & { readonly text?: string }, status: number, code: string][] = [
    ["an unknown path", "/nowhere", {}, 404, "NOT_FOUND"],
    ["a path of an object's own", "/constructor", {}, 404, "NOT_FOUND"],
    ["a part too few", "/call/example/count", {}, 404, "NOT_FOUND"],
    ["a part too many", `${bob}/`, {}, 404, "NOT_FOUND"],
    ["an empty namespace", "/call//count/bob", {}, 400, "TYPE_NAME_INVALID"],
    ["a slash in the name", "/call/example/a%2Fb/bob", {}, 400, "TYPE_NAME_INVALID"],
    ["an empty id", "/call/example/count/", {}, 400, "ID_MISSING"],
    ["broken percent-encoding", "/call/example/count/%zz", {}, 400, "VALUE_INVALID"],
    ["percent-encoding that is not UTF-8", "/call/example/count/%ff", {}, 400, "VALUE_INVALID"],
    ["an unknown function", "/call/example/other/bob", { text: "{}" }, 404, "FUNCTION_UNKNOWN"],
    ["the clients' own address", "/send/statefun.client/call/1", { text: "{}" }, 404, "FUNCTION_UNKNOWN"],
    ["an unknown option", `${bob}?tiemout=5`, { text: "{}" }, 400, "OPTION_INVALID"],
    ["a delay of a call", `${bob}?delay=5`, { text: "{}" }, 400, "OPTION_INVALID"],
    ["an option twice", `${bob}?timeout=5&timeout=6`, { text: "{}" }, 400, "OPTION_INVALID"],
    ["no body", bob, {}, 400, "REQUEST_EMPTY"],
    ["a body that is not JSON", bob, { text: "Bob" }, 400, "VALUE_INVALID"],
    ["JSON of another shape", bob, { text: '{"nmae":"Bob"}' }, 400, "VALUE_INVALID"],
    ["JSON in Latin-1", bob, { body: Buffer.from('{"name":"\xfc"}', "latin1") }, 400, "VALUE_INVALID"],
    ["a number out of range", `${many}?handler=waits`, { text: "3000000000" }, 400, "VALUE_INVALID"],
    ["no type where there are many", many, { text: "{}" }, 400, "VALUE_UNTYPED"],
    ["no type where none is known", "/call/example/untyped/u", { text: "{}" }, 400, "VALUE_UNTYPED"],
    ["JSON of an unknown type", `${many}?type=no/such`, { text: "{}" }, 400, "VALUE_UNTYPED"],
    ["a type without a namespace", `${many}?type=user`, { text: "{}" }, 400, "TYPE_NAME_INVALID"],
    ["bytes of such a type", `${many}?type=user`, { headers: octetStream }, 400, "TYPE_NAME_INVALID"],
    ["an unknown handler", `${many}?handler=nope`, { text: "{}" }, 400, "OPTION_INVALID"],
    ["a handler of several types", `${many}?handler=either`, { text: "{}" }, 400, "OPTION_INVALID"],
    ["a handler and a type", `${many}?handler=add&type=a/b`, { text: "1" }, 400, "OPTION_INVALID"],
    ["another content type", bob, { headers: { "content-type": "text/xml" } }, 415, "MEDIA_TYPE_UNSUPPORTED"],
    ["a compressed body", bob, { headers: { ...json, "content-encoding": "gzip" } }, 415, "MEDIA_TYPE_UNSUPPORTED"],
  ];
  for (const [what, path, { text, ...sent }, status, code] of cases) {
    test(`with ${what} is ${status} ${code}`, () =>
      withIngress(async ({ port }) => {
        const body = text === undefined ? sent.body : Buffer.from(text);
        const complete = { headers: json, ...sent, ...(body === undefined ? {} : { body }) };
        refused(await send(port, path, complete), status, code);
      }));
  }

  test("with another method is 405 and told which are allowed", () =>
    withIngress(async ({ port }) => {
      for (const [path, method, allow] of [
        [bob, "GET", "POST"],
        [bob, "HEAD", "POST"],
        ["/delayed/t", "POST", "DELETE"],
        ["/", "POST", "GET, HEAD"],
      ] as const) {
        const received = await send(port, path, { method, headers: {} });
        assert.equal(received.status, 405);
        assert.equal(received.headers.allow, allow);
      }
    }));

  test("with a body over the limit is 413, whether or not it says its length", () =>
    withIngress(
      async ({ port }) => {
        const body = Buffer.from(JSON.stringify({ name: "B".repeat(100) }));
        refused(await send(port, bob, { headers: json, body }), 413, "REQUEST_TOO_LARGE");
        refused(await send(port, bob, { headers: json, body: [body, body] }), 413, "REQUEST_TOO_LARGE");
        refused(await send(port, bob, { headers: json, body: Buffer.alloc(5000) }), 413, "REQUEST_TOO_LARGE");
        assert.equal((await post(port, bob, `{"name":"${"B".repeat(89)}"}`)).status, 200);
      },
      { maxBodyBytes: 100 },
    ));
});

describe("a value that a function of this process can't take", () => {
  const user = example.User.encode({ name: "Bob" }).finish();
  const typed = (path: string, typename: string) => `${path}?type=${encodeURIComponent(typename)}`;
  const userType = "type.googleapis.com/example.User";
  const cases: [what: string, path: string, sent: Sent, status: number, code: string][] = [
    ["bytes of an unknown type", typed(bob, "my/unknown"), { body: user }, 400, "VALUE_INVALID"],
    ["bytes of a type with another prefix", typed(bob, "x/example.User"), { body: user }, 400, "VALUE_INVALID"],
    [
      "JSON of a type that others take",
      typed(bob, "io.statefun.types/int"),
      { headers: json, body: Buffer.from("5") },
      400,
      "VALUE_INVALID",
    ],
    ["garbage of the type that is named", typed(bob, userType), { body: Buffer.from("x") }, 400, "VALUE_UNREADABLE"],
    ["garbage of a handler's type", `${many}?handler=order`, { body: Buffer.from("x") }, 400, "VALUE_UNREADABLE"],
    ["garbage of the only type", bob, { body: Buffer.from("x") }, 400, "VALUE_UNREADABLE"],
  ];
  for (const [what, path, sent, status, code] of cases) {
    test(`is refused: ${what}`, () =>
      withIngress(async ({ port, world }) => {
        refused(await send(port, path, sent), status, code);
        refused(await send(port, path.replace("/call/", "/send/"), sent), status, code);
        assert.equal(world.engine.metrics.parked, 0);
      }));
  }

  test("is not one of a type that a catch-all takes, nor a primitive in its wrapper", () =>
    withIngress(async ({ port }) => {
      const other = await send(port, typed(many, "my/unknown"), { body: user });
      assert.equal(other.headers["statefun-type"], "example/echo");
      const wrapper = Buffer.from([8, 5]); // field 1, the number 5
      answered(
        await send(port, typed(many, "type.googleapis.com/google.protobuf.Int64Value"), { body: wrapper }),
        200,
        5,
      );
    }));
});

test("a full mailbox is 429, with the time to wait", () =>
  withIngress(
    async ({ port }) => {
      const door = doorFor("full");
      const path = "/send/example.deep/many/full?handler=waits";
      assert.equal((await post(port, path, "1")).status, 202);
      await door.reached;
      let received = await post(port, path, "2");
      for (let n = 0; n < 20 && received.status === 202; n++) received = await post(port, path, "3");
      refused(received, 429, "MAILBOX_FULL");
      assert.equal(received.headers["retry-after"], "1");
      door.open();
    },
    {},
    { limits: { mailboxBytes: 500 } },
  ));

test("a parked address is 409 for a call, and no time to wait is said: a person must act", () =>
  withIngress(async ({ port, world }) => {
    await world.engine.park(Address.of("example/count", "bob"), "for a test");
    const received = await post(port, bob, "{}");
    refused(received, 409, "ADDRESS_PARKED");
    assert.equal(received.headers["retry-after"], undefined);
  }));

for (const code of ["STORE_FULL", "STORE_FAILED"] as const) {
  test(`${code} is 503, and does not say where the data folder is`, async () => {
    const store = new MemoryStore();
    const write = store.write.bind(store);
    await withIngress(
      async ({ port }) => {
        store.write = () => Promise.reject(new StatefunError(code, "The data folder /home/me/data can't be written."));
        const received = await post(port, bob, "{}");
        store.write = write;
        refused(received, 503, code);
        assert.equal(received.headers["retry-after"], "1");
        assert.doesNotMatch(received.text, /home/);
      },
      {},
      { store },
    );
  });
}

test("an engine that closes is 503", async () => {
  await withIngress(async ({ port, world }) => {
    await world.engine.close(0);
    refused(await post(port, bob, "{}"), 503, "SHUTTING_DOWN");
  });
});

test("GET / lists what there is to call", () =>
  withIngress(async ({ port }) => {
    const received = await send(port, "/", { method: "GET", headers: {} });
    assert.equal(received.status, 200);
    const { functions } = JSON.parse(received.text);
    const count = functions.find((entry: any) => entry.function === "example/count");
    assert.deepEqual(count, {
      function: "example/count",
      types: ["type.googleapis.com/example.User"],
      send: "POST /send/example/count/<id>",
      call: "POST /call/example/count/<id>",
    });
    const head = await send(port, "/", { method: "HEAD", headers: {} });
    assert.equal(head.status, 200);
    assert.equal(head.text, "");
  }));

describe("a browser", () => {
  const page = { origin: "https://shop.example" };

  test("may not call for a page of another origin", () =>
    withIngress(async ({ port }) => {
      refused(await post(port, bob, "{}", { ...form, ...page }), 401, "UNAUTHORIZED");
      const preflight = await send(port, bob, { method: "OPTIONS", headers: page });
      assert.equal(preflight.status, 401);
    }));

  test("may not call for a page whose name was made to lead to this machine", () =>
    withIngress(async ({ port }) => {
      const headers = { ...form, origin: "http://evil.example", host: "evil.example" };
      refused(await post(port, bob, "{}", headers), 401, "UNAUTHORIZED");
    }));

  test("may call for a page of this origin, and for those of the option cors", () =>
    withIngress(
      async ({ port }) => {
        const own = await post(port, bob, "{}", { ...json, origin: `http://127.0.0.1:${port}` });
        assert.equal(own.status, 200);
        const other = await post(port, bob, "{}", { ...json, ...page });
        assert.equal(other.status, 200);
        assert.equal(other.headers["access-control-allow-origin"], page.origin);
        const preflight = await send(port, bob, { method: "OPTIONS", headers: page });
        assert.equal(preflight.status, 204);
        assert.match(String(preflight.headers["access-control-allow-headers"]), /Idempotency-Key/);
        assert.equal(preflight.headers["access-control-allow-methods"], "POST, OPTIONS");
      },
      { cors: [page.origin] },
    ));
});

test("a token is required of every request, when there is one", () =>
  withIngress(
    async ({ port }) => {
      refused(await post(port, bob, "{}"), 401, "UNAUTHORIZED");
      refused(await post(port, bob, "{}", { ...json, authorization: "Bearer wrong" }), 401, "UNAUTHORIZED");
      refused(await send(port, "/", { method: "GET", headers: {} }), 401, "UNAUTHORIZED");
      assert.equal((await post(port, bob, "{}", { ...json, authorization: "Bearer secret" })).status, 200);
    },
    { bearerToken: "secret" },
  ));

describe("closing", () => {
  test("answers what is in flight, and takes nothing new", () =>
    withIngress(async ({ ingress, port }) => {
      const agent = new Agent({ keepAlive: true });
      const door = doorFor("last");
      const path = "/call/example.deep/many/last?handler=waits";
      const inFlight = send(port, path, { headers: json, body: Buffer.from("1"), agent });
      await door.reached;
      const closing = ingress.close(60_000);
      await assert.rejects(post(port, bob, "{}"));
      door.open();
      const received = await inFlight;
      answered(received, 200, "let in");
      assert.equal(received.headers.connection, "close");
      await closing;
      agent.destroy();
    }));

  test("does not wait for idle connections, nor longer than its limit", () =>
    withIngress(async ({ ingress, port }) => {
      const agent = new Agent({ keepAlive: true });
      await send(port, bob, { headers: json, body: Buffer.from("{}"), agent });
      const door = doorFor("stuck");
      const stuck = post(port, "/call/example.deep/many/stuck?handler=waits", "1").catch((error) => error);
      await door.reached;
      await ingress.close(1);
      assert.ok((await stuck) instanceof Error);
      agent.destroy();
    }));
});

describe("opening", () => {
  test("says that a port is taken, and refuses what is no option", async () => {
    const world = await openWorld();
    await withIngress(async ({ port }) => {
      const { HttpIngress } = await import("../../../src/runtime/ingress/http-ingress.js");
      await rejectsCode(
        HttpIngress.open(world.engine, world.catalog, { port }),
        "ADDRESS_IN_USE",
        `127.0.0.1:${port}`,
        "ingress.port",
      );
      for (const options of [
        { port: -1 },
        { port: 1.5 },
        { port: 0, maxBodyBytes: 0 },
        { prot: 1 },
        { port: 0, bearerToken: "" },
        { port: 0, bearerToken: "a secret" },
        { port: 0, bearerToken: "sécret" },
      ]) {
        await assert.rejects(HttpIngress.open(world.engine, world.catalog, options as object), {
          code: "OPTION_INVALID",
        });
      }
    });
    await world.close();
  });
});

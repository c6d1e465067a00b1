// The HTTP ingress over a real engine: how each wrong request is answered, and who may send one.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { example } from "../../../samples/messages/messages.js";
import { StatefunError } from "../../../src/errors.js";
import { Address } from "../../../src/model/address.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { octetStream, type Sent, send } from "../../support/http.js";
import { answered, bob, form, json, many, post, refused } from "./requests.js";
import { doorFor, withIngress } from "./world.js";

describe("a wrong request", () => {
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
    [
      "a wake of a workflow",
      "/send/example/untyped/u?type=statefun.workflow/wake",
      { headers: octetStream },
      400,
      "VALUE_INVALID",
    ],
    [
      "a cancellation of runs",
      "/send/example/untyped/u?type=statefun.workflow/cancel",
      { headers: octetStream },
      400,
      "VALUE_INVALID",
    ],
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

  test("with another method is 405, and the answer says which methods are allowed", () =>
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

describe("a value that no handler of this process takes", () => {
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

  test("is accepted when a catch-all takes its type, or when it is a primitive in its StateFun 2 wrapper", () =>
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

test("a full mailbox is 429, with a Retry-After", () =>
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

test("a parked address is 409 for a call, without a Retry-After: a person must act", () =>
  withIngress(async ({ port, world }) => {
    await world.engine.park(Address.of("example/count", "bob"), "for a test");
    const received = await post(port, bob, "{}");
    refused(received, 409, "ADDRESS_PARKED");
    assert.equal(received.headers["retry-after"], undefined);
  }));

for (const code of ["STORE_FULL", "STORE_FAILED"] as const) {
  test(`${code} is 503, and the answer does not name the data folder`, async () => {
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

test("a call to a closing engine is 503", async () => {
  await withIngress(async ({ port, world }) => {
    await world.engine.close(0);
    refused(await post(port, bob, "{}"), 503, "SHUTTING_DOWN");
  });
});

describe("a browser", () => {
  const page = { origin: "https://shop.example" };

  test("may not call for a page of another origin", () =>
    withIngress(async ({ port }) => {
      refused(await post(port, bob, "{}", { ...form, ...page }), 401, "UNAUTHORIZED");
      const preflight = await send(port, bob, { method: "OPTIONS", headers: page });
      assert.equal(preflight.status, 401);
    }));

  test("may not call for a page whose domain resolves to this machine", () =>
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
        assert.match(
          String(preflight.headers["access-control-allow-headers"]),
          /Idempotency-Key, Idempotency-Key-Lifetime/,
        );
        assert.equal(preflight.headers["access-control-allow-methods"], "POST, OPTIONS");
      },
      { cors: [page.origin] },
    ));
});

test("with a bearerToken, every request needs the token", () =>
  withIngress(
    async ({ port }) => {
      refused(await post(port, bob, "{}"), 401, "UNAUTHORIZED");
      refused(await post(port, bob, "{}", { ...json, authorization: "Bearer wrong" }), 401, "UNAUTHORIZED");
      refused(await send(port, "/", { method: "GET", headers: {} }), 401, "UNAUTHORIZED");
      assert.equal((await post(port, bob, "{}", { ...json, authorization: "Bearer secret" })).status, 200);
    },
    { bearerToken: "secret" },
  ));

test("JSON that is nested a million levels deep is refused before it is parsed", () =>
  withIngress(async ({ port }) => {
    const deep = "[".repeat(1 << 20) + "]".repeat(1 << 20);
    refused(await post(port, "/send/example.deep/many/m?type=shop/order", deep), 400, "VALUE_INVALID");
    const bytes = { "content-type": "application/octet-stream" };
    refused(await post(port, "/send/example.deep/many/m?type=shop/order", deep, bytes), 400, "VALUE_UNREADABLE");
  }));

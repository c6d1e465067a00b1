// The playground's ingress takes the curl commands of its examples.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../../samples/messages/messages.js";
import type { Engine } from "../../../src/engine/engine.js";
import { Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import type { HttpServer } from "../../../src/runtime/http/listening.js";
import { openPlaygroundIngress } from "../../../src/runtime/ingress/playground-ingress.js";
import { type Sent, send } from "../../support/http.js";
import { openWorld } from "./world.js";

const userType = "application/vnd.type.googleapis.com/example.User";
const user = example.User.encode({ name: "Bob" }).finish();

async function withPlayground(run: (port: number, engine: Engine) => Promise<void>): Promise<void> {
  const world = await openWorld();
  let server: HttpServer | undefined;
  try {
    server = await openPlaygroundIngress(world.engine, world.catalog, { port: 0, maxBodyBytes: 100 });
    await run(server.port, world.engine);
  } finally {
    await server?.close(0);
    await world.close();
  }
}

async function countOf(engine: Engine, id: string): Promise<number | undefined> {
  const { states } = await engine.inspect(Address.of("example/count", id));
  return states[0]?.value.as(Types.int);
}

test("PUT sends the body's bytes under the type of the content type, and is answered with 200 and nothing", () =>
  withPlayground(async (port, engine) => {
    const sent: Sent = { method: "PUT", headers: { "content-type": userType }, body: user };
    const received = await send(port, "/example/count/bob", sent);
    assert.equal(received.status, 200);
    assert.equal(received.text, "");
    await send(port, "/example/count/bob/", sent); // a slash at the end changes nothing
    await send(port, "/example/count/a%20b", sent);
    assert.equal(await countOf(engine, "bob"), 2);
    assert.equal(await countOf(engine, "a b"), 1);
  }));

test("without that prefix the type is StateFun's string", () =>
  withPlayground(async (port, engine) => {
    // A parked address shows what came.
    const address = Address.of("example/untyped", "u");
    await engine.park(address, "to look at its mailbox");
    for (const headers of [{ "content-type": "application/x-www-form-urlencoded" }, {}]) {
      const body = Buffer.from("text");
      await send(port, "/example/untyped/u", { method: "PUT", headers: headers as Record<string, string>, body });
    }
    const { mailbox } = await engine.inspect(address);
    assert.deepEqual(
      mailbox.map(({ caller, value }) => [caller, value.typename, Buffer.from(value.value).toString()]),
      [
        [undefined, "io.statefun.types/string", "text"],
        [undefined, "io.statefun.types/string", "text"],
      ],
    );
  }));

test("a wrong path or type is an error", () =>
  withPlayground(async (port) => {
    const headers = { "content-type": userType };
    for (const [path, sent, status] of [
      ["/example/count", { method: "PUT", headers }, 404],
      ["/example/count/a/b", { method: "PUT", headers }, 404],
      ["//count/a", { method: "PUT", headers }, 404],
      ["/", { method: "PUT", headers }, 404],
      ["/example/other/bob", { method: "PUT", headers }, 404],
      ["/example/count/%zz", { method: "PUT", headers }, 400],
      ["/example/count/bob", { method: "PUT", headers: { "content-type": "application/vnd.my/unknown" } }, 400],
      ["/example/count/bob", { method: "PUT", headers, body: Buffer.from("garbage") }, 400],
      ["/example/count/bob", { method: "GET", headers: {} }, 405],
      ["/example/count/bob", { method: "PUT", headers, body: Buffer.alloc(200) }, 413],
    ] as const) {
      const received = await send(port, path, sent);
      assert.equal(received.status, status, path);
      assert.ok(JSON.parse(received.text).code);
    }
  }));

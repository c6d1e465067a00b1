// The whole value of a state, as a file.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../../../src/engine/engine.js";
import { Address, Types } from "../../../src/index.js";
import type { TypedValue } from "../../../src/model/typed-value.js";
import { octetStream } from "../../support/http.js";
import { Cart, world } from "./world.js";

const bob = new Address("shop", "counter", "bob");
const path = (state: string, as?: string) =>
  `GET /addresses/shop/counter/bob/states/${encodeURIComponent(state)}${as === undefined ? "" : `?as=${as}`}`;

async function holding(engine: Engine, states: Readonly<Record<string, TypedValue>>) {
  for (const [name, value] of Object.entries(states)) await engine.setState(bob, name, value);
}

test("a state is downloaded as its packed bytes, which a PUT takes back", async (t) => {
  const { ask, engine } = await world(t);
  const value = Types.string.pack("ü");
  await holding(engine, { text: value });
  const { status, headers, bytes } = await ask(path("text"));
  assert.deepEqual([status, headers["content-type"]], [200, "application/octet-stream"]);
  assert.equal(headers["statefun-type"], "io.statefun.types/string");
  assert.equal(headers["content-disposition"], "attachment; filename*=UTF-8''text.bin");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.deepEqual(bytes, Buffer.from(value.value));
  await engine.setState(bob, "text", Types.string.pack("other"));
  assert.equal((await ask(path("text").replace("GET", "PUT"), { headers: octetStream, body: bytes })).status, 200);
  assert.equal((await engine.state(bob, "text"))?.as(Types.string), "ü");
});

test("a state is downloaded as its content: the text of a string, bytes as they are, JSON as it is", async (t) => {
  const { ask, engine } = await world(t);
  const cart = Cart.pack({ items: ["tea"] });
  await holding(engine, { text: Types.string.pack("ü"), photo: Types.bytes.pack(Buffer.of(1, 2, 255)), cart });
  const text = await ask(path("text", "content"));
  assert.deepEqual([text.text, text.headers["content-type"]], ["ü", "text/plain; charset=utf-8"]);
  assert.match(text.headers["content-disposition"] as string, /text\.txt$/);
  assert.deepEqual((await ask(path("photo", "content"))).bytes, Buffer.of(1, 2, 255));
  const json = await ask(path("cart", "content"));
  assert.deepEqual([json.json, json.headers["content-type"]], [{ items: ["tea"] }, "application/json"]);
});

test("a state is downloaded as JSON, however large it is", async (t) => {
  const { ask, engine } = await world(t);
  const long = `"\\${"ü€😀".repeat(200_000)}`;
  const photo = Buffer.from(long);
  const cart = { items: [long] };
  await holding(engine, {
    count: Types.int.pack(5),
    text: Types.string.pack(long),
    photo: Types.bytes.pack(photo),
    cart: Cart.pack(cart),
  });
  assert.equal((await ask(path("count", "json"))).json, 5);
  assert.equal((await ask(path("text", "json"))).json, long);
  assert.equal((await ask(path("photo", "json"))).json, photo.toString("base64"));
  assert.deepEqual((await ask(path("cart", "json"))).json, cart);
});

test("a value that has no such form comes as its packed bytes", async (t) => {
  const { ask, engine, tell } = await world(t);
  await tell("bob", "opaque");
  await holding(engine, { count: Types.int.pack(5) });
  for (const [state, as] of [
    ["opaque", "json"],
    ["opaque", "content"],
    ["count", "content"],
  ] as const) {
    const { headers, bytes } = await ask(path(state, as));
    assert.equal(headers["content-type"], "application/octet-stream");
    assert.deepEqual(bytes, Buffer.from((await engine.state(bob, state))?.value as Uint8Array));
  }
});

test("the name of the file is that of the state, whatever characters it has", async (t) => {
  const { ask, engine } = await world(t);
  await holding(engine, { "a/\"ü'(1)\r\n": Types.int.pack(5) });
  const { headers } = await ask(path("a/\"ü'(1)\r\n", "json"));
  assert.equal(headers["content-disposition"], "attachment; filename*=UTF-8''a%2F%22%C3%BC%27%281%29%0D%0A.json");
});

test("a state that is not there is 404, with the names that there are, and a form that there is not is refused", async (t) => {
  const { ask, tell } = await world(t);
  await tell("bob", "hello");
  const { status, json } = await ask(path("cuont"));
  assert.deepEqual([status, json.code], [404, "NOT_FOUND"]);
  assert.match(json.message, /count/);
  assert.equal((await ask(path("count", "xml"))).json.code, "OPTION_INVALID");
});

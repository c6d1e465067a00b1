// Single messages of a mailbox over the admin server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Metadata, Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { octetStream } from "../../support/http.js";
import { world } from "./world.js";

const bob = new Address("shop", "counter", "bob");
const path = "/addresses/shop/counter/bob/mailbox";
const json = (value: unknown) => ({
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify(value)),
});

test("the messages of a mailbox are listed, edited and dropped, and the others are delivered", async (t) => {
  const { ask, engine, tell } = await world(t);
  await engine.park(bob, "for the test");
  for (const text of ["one", "two", "three"]) await engine.send(bob, Types.string.pack(text));
  await engine.send(bob, Types.string.pack("four").withMetadata(new Metadata({ trace: "t1" })));
  const first = (await ask(`GET ${path}?limit=3`)).json;
  assert.equal(first.waiting, 4);
  const [one, two, three] = first.messages;
  const { message, ...rest } = one;
  assert.deepEqual(rest, { caller: null, own: false, typename: "io.statefun.types/string", value: "one" });
  assert.match(message, /^\d+$/);
  const second = (await ask(`GET ${path}?after=${first.next}`)).json;
  assert.deepEqual([second.messages.length, second.next], [1, null]);
  const [four] = second.messages;
  assert.deepEqual([four.value, four.metadata], ["four", [{ name: "trace", value: "t1" }]]);
  assert.deepEqual((await ask("GET /addresses/shop/counter/bob")).json.mailbox, [one, two, three, four]);

  assert.deepEqual((await ask(`PUT ${path}/${two.message}`, json("better"))).json, { status: "edited" });
  const bytes = { headers: octetStream, body: Buffer.from(Types.string.pack("bytes").value) };
  assert.equal((await ask(`PUT ${path}/${four.message}`, bytes)).status, 200);
  assert.deepEqual((await ask(`DELETE ${path}/${three.message}`)).json, { status: "dropped" });
  const left = (await ask(`GET ${path}`)).json;
  assert.deepEqual(
    left.messages.map(({ value, metadata }: any) => [value, metadata?.length]),
    [
      ["one", undefined],
      ["better", undefined],
      ["bytes", 1],
    ],
  );
  assert.equal((await ask("GET /addresses/shop/counter/bob")).json.parked.reason, "for the test");
  await ask("POST /addresses/shop/counter/bob/retry");
  await tell("bob", "last");
  const { states } = (await ask("GET /addresses/shop/counter/bob")).json;
  assert.equal(states.find(({ name }: any) => name === "count").value, 4);
});

test("what is not there, or does not fit, is refused", async (t) => {
  const { ask, engine } = await world(t);
  await engine.park(bob, "for the test");
  await engine.send(bob, Types.string.pack("one"));
  const { message } = (await ask(`GET ${path}`)).json.messages[0];
  const refused: [string, Parameters<typeof ask>[1], number, string][] = [
    [`PUT ${path}/17`, json("x"), 404, "NOT_FOUND"],
    [`DELETE ${path}/17`, undefined, 404, "NOT_FOUND"],
    [`DELETE ${path}/odd`, undefined, 404, "NOT_FOUND"],
    [`PUT ${path}/${message}`, json(17), 400, "VALUE_INVALID"],
    [`PUT ${path}/${message}?type=statefun.workflow%2Fwake`, json(17), 400, "VALUE_INVALID"],
    [`GET ${path}?limit=0`, undefined, 400, "OPTION_INVALID"],
    ["GET /addresses/shop/nothing/bob/mailbox", undefined, 404, "FUNCTION_UNKNOWN"],
  ];
  for (const [line, sent, status, code] of refused) {
    const answer = await ask(line, sent);
    assert.deepEqual([answer.status, answer.json.code], [status, code], line);
  }
  assert.equal((await ask(`GET ${path}`)).json.messages[0].value, "one");
});

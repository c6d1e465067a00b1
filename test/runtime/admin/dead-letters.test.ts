// The dead letters over HTTP: listed, looked at, corrected, sent again and dropped.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { Metadata } from "../../../src/model/metadata.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { world } from "./world.js";

/** A world where a failing message becomes a dead letter at once. */
async function lettersWorld(t: TestContext) {
  const opened = await world(t, {}, {}, new MemoryStore(), { onFailure: "deadLetter", retry: { attempts: 1 } });
  const { engine, ask } = opened;
  const failFor = async (id: string, metadata?: Record<string, string>) => {
    const before = engine.metrics.deadLettersKept;
    const value = Types.string.pack("fail");
    await engine.send(new Address("shop", "counter", id), metadata === undefined ? value : withMetadata(metadata));
    while (engine.metrics.deadLettersKept === before) await new Promise((resolve) => setImmediate(resolve));
  };
  const letters = async (query = "") => (await ask(`GET /dead-letters${query}`)).json.letters;
  /** The count of an address, once no message waits for it. */
  const countOf = async (id: string): Promise<number> => {
    const { json } = await ask(`GET /addresses/shop/counter/${id}`);
    if (json.waiting > 0 || json.inFlight) return countOf(id);
    return json.states.find((state: { name: string }) => state.name === "count")?.value;
  };
  const told = async (line: string, sent?: Parameters<typeof ask>[1]) => {
    const { status, json } = await ask(line, sent);
    return [status, json.code];
  };
  return { ...opened, failFor, letters, countOf, told };
}

const withMetadata = (metadata: Record<string, string>) =>
  Types.string.pack("fail").withMetadata(new Metadata(metadata));

const headers = { "Content-Type": "application/json" };

test("a letter is listed without its stack, and shown with it", async (t) => {
  const { ask, failFor, letters } = await lettersWorld(t);
  await failFor("bob", { trace: "t1" });
  const [listed] = await letters();
  assert.deepEqual([listed.function, listed.id, listed.caller, listed.attempts], ["shop/counter", "bob", null, 1]);
  const metadata = [{ name: "trace", value: "t1" }];
  assert.deepEqual(listed.message, { typename: "io.statefun.types/string", value: "fail", metadata });
  assert.deepEqual([listed.error.code, listed.error.stack], ["HANDLER_FAILED", undefined]);
  assert.equal(listed.firstFailedAt, listed.lastFailedAt);
  const { json } = await ask(`GET /dead-letters/${listed.letter}`);
  assert.match(json.error.stack, /told to fail[\s\S]*world\.ts/);
  assert.deepEqual({ ...json, error: undefined }, { ...listed, error: undefined });
});

test("a letter is corrected, keeps its metadata, and is sent again once", async (t) => {
  const { ask, told, failFor, letters, countOf } = await lettersWorld(t);
  await failFor("bob", { trace: "t1" });
  const [{ letter }] = await letters();
  const edited = await ask(`PUT /dead-letters/${letter}`, { headers, body: [Buffer.from('"mended"')] });
  assert.deepEqual([edited.status, edited.json], [200, { status: "edited" }]);
  const [{ message }] = await letters();
  assert.deepEqual([message.value, message.metadata], ["mended", [{ name: "trace", value: "t1" }]]);
  assert.deepEqual((await ask(`POST /dead-letters/${letter}/resend`)).json, { status: "resent" });
  assert.equal(await countOf("bob"), 1);
  assert.deepEqual(await told(`POST /dead-letters/${letter}/resend`), [404, "NOT_FOUND"]);
});

test("a message that is not of a type of the function is refused, and the letter stays as it was", async (t) => {
  const { told, failFor, letters } = await lettersWorld(t);
  await failFor("bob");
  const [before] = await letters();
  const path = `PUT /dead-letters/${before.letter}`;
  assert.deepEqual(await told(path, { headers, body: [Buffer.from("5")] }), [400, "VALUE_INVALID"]);
  assert.deepEqual(await told(path, { headers, body: [Buffer.from("{")] }), [400, "VALUE_INVALID"]);
  assert.deepEqual(await told(path, { headers }), [400, "REQUEST_EMPTY"]);
  assert.deepEqual(await told(`${path}?type=a/b`, { headers, body: [Buffer.from("5")] }), [400, "VALUE_UNTYPED"]);
  assert.deepEqual(await told(`${path}?type=x`, { headers, body: [Buffer.from("5")] }), [400, "TYPE_NAME_INVALID"]);
  assert.deepEqual(await letters(), [before]);
});

test("letters are listed by pages, and by what the query says of them", async (t) => {
  const { ask, told, failFor, letters } = await lettersWorld(t);
  for (const id of ["a", "b", "c"]) await failFor(id);
  const ids = async (query: string) => (await letters(query)).map((letter: { id: string }) => letter.id);
  assert.deepEqual(await ids("?id=b"), ["b"]);
  assert.deepEqual(await ids("?function=shop/counter&code=HANDLER_FAILED&newerThan=1h"), ["a", "b", "c"]);
  assert.deepEqual(await ids("?olderThan=1h"), []);
  assert.deepEqual(await ids("?code=OTHER"), []);
  const first = (await ask("GET /dead-letters?limit=2")).json;
  assert.deepEqual([first.letters.length, first.total], [2, 3]);
  const second = (await ask(`GET /dead-letters?limit=2&after=${first.next}`)).json;
  assert.deepEqual([second.letters.length, second.next], [1, null]);
  assert.deepEqual(await told("GET /dead-letters?limit=0"), [400, "OPTION_INVALID"]);
  assert.deepEqual(await told("GET /dead-letters?olderThan=soon"), [400, "DURATION_INVALID"]);
  assert.deepEqual(await told("GET /dead-letters?function=counter"), [400, "TYPE_NAME_INVALID"]);
  assert.deepEqual(await told("GET /dead-letters?codes=x"), [400, "OPTION_INVALID"]);
});

test("all letters that the query chooses are sent again or dropped, so many at once", async (t) => {
  const { ask, failFor, letters } = await lettersWorld(t);
  for (const id of ["a", "b", "c", "d"]) await failFor(id);
  const dropped = await ask("POST /dead-letters/drop?id=a");
  assert.deepEqual([dropped.json.dropped, dropped.json.more], [1, false]);
  const first = (await ask("POST /dead-letters/resend?limit=2")).json;
  assert.deepEqual([first.resent, first.more], [2, true]);
  const second = (await ask(`POST /dead-letters/resend?limit=2&through=${first.through}`)).json;
  assert.deepEqual([second.resent, second.more], [1, false]);
  // They failed again: these are other letters.
  assert.equal((await letters()).length, 3);
});

test("a letter is dropped, and one that is not there is 404", async (t) => {
  const { ask, told, failFor, letters } = await lettersWorld(t);
  await failFor("bob");
  const [{ letter }] = await letters();
  assert.deepEqual((await ask(`DELETE /dead-letters/${letter}`)).json, { status: "dropped" });
  assert.deepEqual(await letters(), []);
  assert.deepEqual(await told(`DELETE /dead-letters/${letter}`), [404, "NOT_FOUND"]);
  assert.deepEqual(await told(`GET /dead-letters/${letter}`), [404, "NOT_FOUND"]);
  assert.deepEqual(await told(`PUT /dead-letters/${letter}`, { headers, body: [Buffer.from('"x"')] }), [
    404,
    "NOT_FOUND",
  ]);
  assert.deepEqual(await told("GET /dead-letters/resend"), [405, "METHOD_NOT_ALLOWED"]);
});

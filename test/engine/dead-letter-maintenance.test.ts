// What people do with dead letters: each change is made once, or not at all, over a crash too.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Engine } from "../../src/engine/engine.js";
import { TypedValue } from "../../src/model/typed-value.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Store, Write } from "../../src/store/store.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { at, type Batch, endpointOf, text, textOf } from "./functions.js";
import { open, type Setup, stores } from "./support.js";

const policy = { onFailure: "deadLetter", retry: { attempts: 1 } } as const;

/** An engine whose functions fail for a message that begins with "bad", until `mended` is set. */
async function openFailing(t: TestContext, setup: Partial<Setup> = {}) {
  const seen: string[] = [];
  const world = { mended: false };
  const handle = ({ self, messages }: Batch) => {
    if (messages.some((message) => message.startsWith("bad")) && !world.mended) throw new Error("on purpose");
    seen.push(...messages.map((message) => `${self} ${message}`));
  };
  const running = await open(t, { policy, functions: { f: handle, g: handle }, ...setup });
  const { deadLetters } = running.engine;
  /** The messages of the letters. */
  const listed = async (...args: Parameters<typeof deadLetters.list>) => {
    const { letters } = await running.engine.deadLetters.list(...args);
    return letters.map(({ value }) => textOf(value));
  };
  const send = async (...sent: [to: string, value: string][]) => {
    for (const [to, value] of sent) await running.send(to, value);
    await running.settle();
  };
  const firstId = async () => (await running.engine.deadLetters.list()).letters[0]?.id as string;
  return { running, seen, world, listed, send, firstId };
}

for (const { name, open: openStore } of stores) {
  test(`letters are listed, looked at, corrected, sent again and dropped, ${name}`, async (t) => {
    const { running, seen, listed, send, firstId } = await openFailing(t, { store: await openStore(t) });
    await send(["f/a", "bad 1"], ["f/a", "good"], ["f/b", "bad 2"]);
    assert.deepEqual(seen, ["f/a good"]);
    assert.deepEqual(await listed(), ["bad 1", "bad 2"]);
    await running.reopen();
    const { deadLetters, metrics } = running.engine;
    const id = await firstId();
    const letter = await deadLetters.get(id);
    assert.deepEqual([`${letter.address}`, letter.error.code, letter.attempts], ["test/f/a", "ENDPOINT_FAILED", 1]);
    assert.ok(letter.error.message.includes("on purpose"));
    await deadLetters.edit(id, text("mended 1"));
    assert.deepEqual(await listed(), ["mended 1", "bad 2"]);
    await deadLetters.resend(id);
    await running.settle();
    assert.deepEqual(seen, ["f/a good", "f/a mended 1"]);
    await deadLetters.drop(await firstId());
    assert.deepEqual([await listed(), metrics.deadLettersKept], [[], 0]);
    await rejectsCode(deadLetters.resend(id), "NOT_FOUND");
    await rejectsCode(deadLetters.edit(id, text("x")), "NOT_FOUND");
    await rejectsCode(deadLetters.drop(id), "NOT_FOUND");
  });
}

test("a filter chooses by function, id, code and age", async (t) => {
  const { running, listed, send } = await openFailing(t);
  await send(["f/a", "bad 1"], ["f/b", "bad 2"]);
  await running.clock.advance(60_000);
  await send(["g/a", "bad 3"]);
  assert.deepEqual(await listed({ typeName: "test/f" }), ["bad 1", "bad 2"]);
  assert.deepEqual(await listed({ id: "a" }), ["bad 1", "bad 3"]);
  assert.deepEqual(await listed({ typeName: "test/f", id: "a" }), ["bad 1"]);
  assert.deepEqual(await listed({ code: "ENDPOINT_FAILED" }), ["bad 1", "bad 2", "bad 3"]);
  assert.deepEqual(await listed({ code: "HANDLER_FAILED" }), []);
  assert.deepEqual(await listed({ olderThan: { minutes: 1 } }), ["bad 1", "bad 2"]);
  assert.deepEqual(await listed({ newerThan: { seconds: 59 } }), ["bad 3"]);
  const { deadLetters } = running.engine;
  await rejectsCode(deadLetters.list({ typeName: "f" }), "TYPE_NAME_INVALID");
  await rejectsCode(deadLetters.list({ function: "test/f" } as object), "OPTION_INVALID", "function");
  await rejectsCode(deadLetters.list({ olderThan: 0 }), "DURATION_INVALID");
  await rejectsCode(deadLetters.list({}, { limit: 0 }), "OPTION_INVALID");
});

test("a list comes in pages, each of which names the next", async (t) => {
  const { running, send } = await openFailing(t);
  for (const id of ["a", "b", "c", "d", "e"]) await send([`f/${id}`, "bad"], [`g/${id}`, "bad"]);
  const ids: string[] = [];
  let after: string | undefined;
  let pages = 0;
  do {
    const page = await running.engine.deadLetters.list(
      { typeName: "test/f" },
      { limit: 2, ...(after === undefined ? {} : { after }) },
    );
    ids.push(...page.letters.map(({ address }) => address.id));
    after = page.next;
    pages += 1;
  } while (after !== undefined);
  assert.deepEqual([ids, pages], [["a", "b", "c", "d", "e"], 3]);
});

test("a page ends after some megabytes, whatever its limit", async (t) => {
  const { running, send } = await openFailing(t);
  for (const id of ["a", "b", "c"]) await send([`f/${id}`, `bad ${"x".repeat(3_000_000)}`]);
  const page = await running.engine.deadLetters.list();
  assert.equal(page.letters.length, 2);
  assert.equal(page.next, page.letters[1]?.id);
});

test("all letters of a filter are sent again, and not those that fail anew meanwhile", async (t) => {
  const { running, seen, world, listed, send } = await openFailing(t);
  await send(["f/a", "bad 1"], ["g/a", "bad 2"], ["f/b", "bad 3"]);
  const { deadLetters } = running.engine;
  const { done, more, through } = await deadLetters.resendAll({ typeName: "test/f" });
  await running.settle();
  assert.deepEqual([done, more, await listed()], [2, false, ["bad 2", "bad 1", "bad 3"]]);
  world.mended = true;
  assert.equal((await deadLetters.resendAll({ typeName: "test/f" }, { through })).done, 0);
  const progress: number[] = [];
  const all = await deadLetters.resendAll({}, { onProgress: (count) => progress.push(count) });
  await running.settle();
  assert.deepEqual([all.done, progress, await listed()], [3, [3], []]);
  assert.deepEqual(seen.sort(), ["f/a bad 1", "f/b bad 3", "g/a bad 2"]);
});

test("a limit leaves letters for the next call, which goes on where the first one ended", async (t) => {
  const { running, listed, send } = await openFailing(t);
  await send(["f/a", "bad 1"], ["f/b", "bad 2"], ["f/c", "bad 3"]);
  const { deadLetters } = running.engine;
  const first = await deadLetters.dropAll({}, { limit: 2 });
  assert.deepEqual([first.done, first.more, await listed()], [2, true, ["bad 3"]]);
  const second = await deadLetters.dropAll({}, { limit: 2, through: first.through });
  assert.deepEqual([second.done, second.more, await listed()], [1, false, []]);
});

test("many letters are sent again with progress, in several pages", async (t) => {
  const { running, seen, world, send } = await openFailing(t);
  for (let index = 0; index < 450; index++) await running.send(`f/${index}`, "bad");
  await send();
  world.mended = true;
  const progress: number[] = [];
  const { done } = await running.engine.deadLetters.resendAll({}, { onProgress: (count) => progress.push(count) });
  await running.settle();
  assert.deepEqual([done, progress, seen.length], [450, [200, 400, 450], 450]);
});

test("a letter is not sent to a function that nothing serves, nor to a mailbox without room", async (t) => {
  const { running, send, firstId, listed } = await openFailing(t, { limits: { mailboxBytes: 1 } });
  await send(["f/a", "bad"]);
  await running.engine.park(at("f/a"), "for the test");
  await running.send("f/a", "fills the mailbox");
  await rejectsCode(running.engine.deadLetters.resend(await firstId()), "MAILBOX_FULL");
  await rejectsCode(running.engine.deadLetters.resendAll(), "MAILBOX_FULL");
  running.functions = {};
  await running.reopen();
  await rejectsCode(running.engine.deadLetters.resend(await firstId()), "FUNCTION_UNKNOWN");
  assert.deepEqual(await listed(), ["bad"]);
});

test("two people who send the same letter again at once send it once", async (t) => {
  const { running, seen, world, send, firstId } = await openFailing(t);
  await send(["f/a", "bad"]);
  world.mended = true;
  const id = await firstId();
  const [one, two] = [running.engine.deadLetters.resend(id), running.engine.deadLetters.resend(id)];
  await rejectsCode(two, "NOT_FOUND");
  await one;
  await running.settle();
  assert.deepEqual(seen, ["f/a bad"]);
});

test("only a packed value can be the message of a letter", async (t) => {
  const { running, send, firstId } = await openFailing(t);
  await send(["f/a", "bad"]);
  const id = await firstId();
  await rejectsCode(running.engine.deadLetters.edit(id, { typename: "a/b" } as TypedValue), "VALUE_UNTYPED");
  await running.engine.deadLetters.edit(id, new TypedValue("test/other", Buffer.from("x")));
  assert.equal((await running.engine.deadLetters.get(id)).value.typename, "test/other");
});

test("after close nothing is changed", async (t) => {
  const { running, send, firstId } = await openFailing(t);
  await send(["f/a", "bad"]);
  const id = await firstId();
  running.engine.refuse();
  await rejectsCode(running.engine.deadLetters.resend(id), "SHUTTING_DOWN");
  await rejectsCode(running.engine.deadLetters.dropAll(), "SHUTTING_DOWN");
});

test("wherever the machine stops, a message is in its mailbox, a letter or handled, and nowhere twice", async () => {
  let places = 0;
  for (let writes = 0; ; writes++) {
    const store = new StoppingStore(writes);
    const before = await openSeeing(store, false);
    let acknowledged = false;
    const work = async () => {
      await before.send(at("f/a"), text("bad"));
      acknowledged = true;
      await until(async () => before.metrics.deadLettersKept === 1);
      const { letters } = await before.deadLetters.list();
      await before.deadLetters.resend(letters[0]?.id as string);
      await before.deadLetters.list(); // the message was handled, and is a letter again
    };
    const stopped = await Promise.race([work().then(() => false), store.stop.promise.then(() => true)]);
    before.refuse();

    const after = await openSeeing(store.disk, true);
    await after.deadLetters.resendAll();
    await until(async () => {
      const { depth, inFlight } = await after.inspect(at("f/a"));
      return depth === 0 && !inFlight;
    });
    const { states } = await after.inspect(at("f/a"));
    const handled = states.map(({ value }) => textOf(value));
    if (acknowledged || handled.length > 0) assert.deepEqual(handled, ["bad"], `stopped after ${writes} writes`);
    assert.equal(after.metrics.deadLettersKept, 0);
    await after.close(0);
    await after.settle();
    if (!stopped) break;
    places += 1;
  }
  assert.ok(places >= 2, `the message and its resend were written in ${places} writes`);
});

/** An engine whose function keeps all messages that it has handled in its state. */
function openSeeing(store: Store, mended: boolean): Promise<Engine> {
  const handle = (batch: Batch) => {
    if (!mended && batch.messages.includes("bad")) throw new Error("on purpose");
    batch.set("seen", `${batch.state("seen") ?? ""}${batch.messages.join()}`);
  };
  return Engine.open({
    store,
    policy,
    logger: { warn() {}, error() {} },
    egresses: ["statefun.dead-letters/all"],
    findRoute: endpointOf({ f: { states: ["seen"], handle } }),
  });
}

/** A store whose disk takes no more than so many writes. Later writes are never answered, as when the machine stops. */
class StoppingStore extends MemoryStore {
  #left: number;
  readonly disk = new MemoryStore();
  /** Opened at the first write that is not answered. */
  readonly stop = new Gate();

  constructor(writes: number) {
    super();
    this.#left = writes;
  }

  override async write(writes: Iterable<Write>): Promise<void> {
    if (this.#left === 0) {
      this.stop.open();
      return new Promise(() => {});
    }
    this.#left -= 1;
    const all = [...writes];
    await super.write(all);
    await this.disk.write(all);
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

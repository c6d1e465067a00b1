// What people do with single messages of a mailbox: they list, correct and drop them, between two calls of the address.

import assert from "node:assert/strict";
import { test } from "node:test";
import { callMetadata } from "../../src/model/correlation.js";
import { Metadata } from "../../src/model/metadata.js";
import { wakeTypename } from "../../src/workflows/journal/names.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { rejectsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { at, type Batch, type Functions, text, textOf } from "./functions.js";
import { open, type Running, stores } from "./support.js";

const address = at("f/a");

async function listed({ engine }: Running, of = address): Promise<[message: string, text: string][]> {
  const { messages } = await engine.mailboxes.list(of, { limit: 1000 });
  return messages.map(({ message, value }) => [message, (textOf(value) as string).trim()]);
}

/** The name of the message with this text. */
async function nameOf(running: Running, wanted: string, of = address): Promise<string> {
  const found = (await listed(running, of)).find(([, its]) => its === wanted);
  assert.ok(found !== undefined, wanted);
  return found[0];
}

for (const store of stores) {
  test(`messages are listed, edited and dropped, in memory and far behind, also after a restart, ${store.name}`, async (t) => {
    const seen: string[] = [];
    const functions: Functions = { f: ({ messages }) => void seen.push(...messages.map((each) => each.trim())) };
    const running = await open(t, { store: await store.open(t), functions });
    const { engine } = running;
    await engine.park(address, "for the test");
    // More than are kept in memory.
    const texts = Array.from({ length: 300 }, (_, index) => `${index}`.padEnd(10_000));
    await Promise.all(texts.map((each) => running.send("f/a", each)));
    const first = await engine.mailboxes.list(address, { limit: 100 });
    assert.deepEqual([first.depth, first.messages.length, first.messages[99]?.message], [300, 100, first.next]);
    const second = await engine.mailboxes.list(address, { limit: 1000, after: first.next as string });
    assert.deepEqual([second.messages.length, second.next], [200, undefined]);
    for (const reopen of [false, true]) {
      if (reopen) await running.reopen();
      const { mailboxes } = running.engine;
      const [near, far] = reopen ? ["2", "298"] : ["1", "299"];
      const [nearName, farName] = [await nameOf(running, near), await nameOf(running, far)];
      await mailboxes.edit(address, nearName, text(`edited ${near}`));
      await mailboxes.edit(address, farName, text(`edited ${far}`));
      assert.equal(textOf((await mailboxes.get(address, farName)).value), `edited ${far}`);
      const gone = await nameOf(running, reopen ? "10" : "11");
      await mailboxes.drop(address, gone);
      await mailboxes.drop(address, await nameOf(running, reopen ? "280" : "281"));
      await rejectsCode(mailboxes.drop(address, gone), "NOT_FOUND");
      await rejectsCode(mailboxes.edit(address, gone, text("x")), "NOT_FOUND");
      await rejectsCode(mailboxes.get(address, gone), "NOT_FOUND");
    }
    assert.equal((await running.engine.inspect(address)).parked?.reason, "for the test");
    await running.engine.retry(address);
    await running.settle();
    const edited = new Set(["1", "2", "298", "299"]);
    const dropped = new Set(["10", "11", "280", "281"]);
    const expected = texts
      .map((each) => each.trim())
      .filter((each) => !dropped.has(each))
      .map((each) => (edited.has(each) ? `edited ${each}` : each));
    assert.deepEqual(seen, expected);
    assert.deepEqual([running.engine.metrics.mailboxMessages, running.engine.metrics.mailboxBytes], [0, 0]);
    await running.reopen();
    await running.settle();
    assert.equal(seen.length, expected.length);
  });
}

test("a change waits for the call in flight, and what that call has handled is not found", async (t) => {
  const gates: Gate[] = [];
  const seen: string[] = [];
  const functions: Functions = {
    f: {
      maxBatch: 1,
      async handle({ messages }) {
        await gates[gates.push(new Gate()) - 1]?.promise;
        seen.push(...messages);
      },
    },
  };
  const running = await open(t, { functions });
  for (const each of ["one", "two", "three"]) await running.send("f/a", each);
  await running.settle();
  const [one, two, three] = (await listed(running)).map(([name]) => name) as [string, string, string];
  const { mailboxes } = running.engine;
  const changes = Promise.all([
    rejectsCode(mailboxes.edit(address, one, text("too late")), "NOT_FOUND"),
    mailboxes.edit(address, two, text("edited")),
    mailboxes.drop(address, three),
  ]);
  await running.settle();
  assert.equal((await listed(running)).length, 3);
  gates[0]?.open();
  await running.settle();
  await changes;
  gates[1]?.open();
  await running.settle();
  assert.deepEqual(seen, ["one", "edited"]);
});

test("a change gives up when the call in flight does not end", async (t) => {
  const running = await open(t, { functions: { f: () => new Promise<void>(() => {}) } });
  await running.send("f/a", "one");
  await running.settle();
  const changed = rejectsCode(running.engine.mailboxes.drop(address, await nameOf(running, "one")), "ANSWER_TIMEOUT");
  await running.clock.advance(10_000);
  await changed;
});

test("who waits for a message is told that it was dropped, and gets the answer to what it was edited into", async (t) => {
  const gate = new Gate();
  const functions: Functions = {
    f: {
      maxBatch: 1,
      async handle(batch) {
        if (batch.messages.includes("slow")) await gate.promise;
        batch.reply(`${batch.messages[0]}!`);
      },
    },
  };
  const running = await open(t, { functions });
  await running.send("f/a", "slow");
  const dropped = rejectsCode(running.call("f/a", "dropped", { idempotencyKey: "k1" }), "ADDRESS_PARKED");
  const edited = running.call("f/a", "edited");
  await running.settle();
  const { mailboxes } = running.engine;
  const changes = [
    mailboxes.drop(address, await nameOf(running, "dropped")),
    mailboxes.edit(address, await nameOf(running, "edited"), text("better")),
  ];
  await running.settle();
  gate.open();
  await Promise.all([...changes, dropped]);
  assert.equal(await edited, "better!");
  assert.equal(await running.call("f/a", "again", { idempotencyKey: "k1" }), "again!");
});

test("a change of the first message lets its tries count anew, and ends the wait for the next try", async (t) => {
  const seen: string[] = [];
  const functions: Functions = {
    f: {
      maxBatch: 1,
      policy: { retry: { attempts: 10, firstMs: 60_000 } },
      handle({ messages }) {
        if (messages.includes("bad")) throw new Error("as the test wants");
        seen.push(...messages);
      },
    },
  };
  const running = await open(t, { functions });
  for (const each of ["bad", "next", "bad", "last"]) await running.send("f/a", each);
  await running.settle();
  assert.ok((await running.engine.inspect(address)).failing !== undefined);
  const [first, , third] = (await listed(running)).map(([name]) => name) as [string, string, string];
  await running.engine.mailboxes.edit(address, first, text("good"));
  await running.settle();
  assert.deepEqual(seen, ["good", "next"]);
  await running.engine.mailboxes.drop(address, third);
  await running.settle();
  assert.deepEqual(seen, ["good", "next", "last"]);
  assert.equal((await running.engine.inspect(address)).failing, undefined);
});

test("an edited message keeps its caller and its metadata, and a new value's metadata does not cut off who waits", async (t) => {
  const seen: (string | undefined)[][] = [];
  const functions: Functions = {
    f: (batch: Batch) => {
      for (const value of batch.values)
        seen.push([value.metadata.getText("trace"), value.metadata.getText(callMetadata)]);
    },
  };
  const running = await open(t, { functions });
  await running.engine.park(address, "for the test");
  const metadata = new Metadata({ trace: "t1", [callMetadata]: "token" });
  await running.engine.send(address, text("one").withMetadata(metadata));
  await running.engine.send(address, text("two").withMetadata(metadata));
  const { mailboxes } = running.engine;
  await mailboxes.edit(address, await nameOf(running, "one"), text("plain"));
  const own = new Metadata({ trace: "t2", [callMetadata]: "forged" });
  await mailboxes.edit(address, await nameOf(running, "two"), text("own").withMetadata(own));
  await running.engine.retry(address);
  await running.settle();
  assert.deepEqual(seen, [
    ["t1", "token"],
    ["t2", "token"],
  ]);
});

test("messages of workflows, messages that there are not, and values that are none are refused", async (t) => {
  const running = await open(t, { functions: { f() {} } });
  const { mailboxes } = running.engine;
  await running.engine.park(address, "for the test");
  await running.engine.send(address, text("x", wakeTypename));
  await running.send("f/a", "plain");
  const { messages } = await mailboxes.list(address);
  assert.deepEqual(
    messages.map(({ own }) => own),
    [true, false],
  );
  const [wake = "", plain = ""] = messages.map(({ message }) => message);
  await rejectsCode(mailboxes.drop(address, wake), "OPTION_INVALID");
  await rejectsCode(mailboxes.edit(address, wake, text("y")), "OPTION_INVALID");
  await rejectsCode(mailboxes.edit(address, plain, "y" as never), "VALUE_UNTYPED");
  for (const odd of ["", "x", "-1", "1e3", "999999999999999"])
    await rejectsCode(mailboxes.drop(address, odd), "NOT_FOUND");
  await rejectsCode(mailboxes.drop(at("f/other"), plain), "NOT_FOUND");
  assert.equal((await mailboxes.list(address)).depth, 2);
});

test("a crash leaves each change done or not begun, in memory and far behind", async (t) => {
  for (const change of ["edit", "drop"] as const) {
    for (const which of ["0", "299"]) {
      for (const kept of [0, 1]) {
        const seen: string[] = [];
        const functions: Functions = { f: ({ messages }) => void seen.push(...messages.map((each) => each.trim())) };
        const disk = new ForgetfulStore({ autoSync: true });
        const running = await open(t, { store: disk, functions, heldByTest: true });
        await running.engine.park(address, "for the test");
        const texts = Array.from({ length: 300 }, (_, index) => `${index}`);
        await Promise.all(texts.map((each) => running.send("f/a", each.padEnd(10_000))));
        const name = await nameOf(running, which);
        disk.autoSync = false;
        const { mailboxes } = running.engine;
        const changed = change === "edit" ? mailboxes.edit(address, name, text("new")) : mailboxes.drop(address, name);
        changed.catch(() => {});
        await disk.untilHeld(1);
        const next = await open(t, { store: disk.crash(kept), functions });
        await next.engine.retry(address);
        await next.settle();
        const after = change === "edit" ? ["new"] : [];
        const expected = texts.flatMap((each) => (each === which && kept === 1 ? after : [each]));
        assert.deepEqual(seen, expected, `${change} ${which}, ${kept}`);
        disk.autoSync = true;
        disk.sync();
      }
    }
  }
});

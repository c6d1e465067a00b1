// Failures by their causes, and what a cause chooses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rejectsCode } from "../support/expect-code.js";
import { at, type Functions } from "./functions.js";
import { open, stores } from "./support.js";

const fail = (batch: { readonly self: string; readonly messages: readonly string[] }) => {
  const [message = ""] = batch.messages;
  if (message !== "ok") throw new Error(`${message} of ${batch.self.split("/")[1]}`);
};
const functions: Functions = {
  retried: { handle: fail, policy: { retry: { attempts: 5, firstMs: 60_000 } } },
  parks: { handle: fail, policy: { retry: { attempts: 1 } } },
  letters: { handle: fail, policy: { retry: { attempts: 1 }, onFailure: "deadLetter" } },
};

for (const store of stores) {
  test(`failing and parked addresses and dead letters are counted by their causes, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions });
    const { engine, clock } = running;
    assert.deepEqual(await engine.failures.groups({ limit: 10 }), { groups: [], more: false });
    const start = clock.now();
    for (const name of ["retried", "parks", "letters"]) {
      await running.send(`${name}/a`, "broken 1");
      await running.settle();
      await clock.advance(10);
      await running.send(`${name}/b`, "broken 2");
      await running.settle();
    }
    await running.send("letters/b", "broken 3");
    await running.send("parks/c", "other");
    await running.settle();
    const { groups, more } = await engine.failures.groups({ limit: 10 });
    assert.equal(more, false);
    const shown = groups.map(({ typeName, reason, addresses, parked, failing, deadLetters, sample, ...rest }) => ({
      of: `${typeName} ${reason}`,
      counts: [addresses, parked, failing, deadLetters],
      sample: sample.id,
      times: [rest.firstFailedAt - start, rest.lastFailedAt - start],
      stack: rest.stack !== undefined,
    }));
    const byName = new Map(shown.map(({ of, ...rest }) => [of, rest]));
    assert.deepEqual(byName.get("test/retried broken <n> of <id>"), {
      counts: [2, 0, 2, 0],
      sample: "b",
      times: [0, 10],
      stack: true,
    });
    assert.deepEqual(byName.get("test/parks broken <n> of <id>"), {
      counts: [2, 2, 0, 0],
      sample: "b",
      times: [10, 20],
      stack: false,
    });
    assert.deepEqual(byName.get("test/letters broken <n> of <id>"), {
      counts: [2, 0, 0, 3],
      sample: "b",
      times: [20, 30],
      stack: true,
    });
    assert.deepEqual(byName.get("test/parks other of <id>")?.counts, [1, 1, 0, 0]);
    assert.equal(shown.length, 4);
    const two = await engine.failures.groups({ limit: 2 });
    assert.deepEqual([two.groups.length, two.more], [2, true]);
    const parks = await engine.failures.groups({ limit: 10, typeName: "test/parks" });
    assert.deepEqual(new Set(parks.groups.map(({ typeName }) => typeName)), new Set(["test/parks"]));
    await rejectsCode(engine.failures.groups({ limit: 10, typeName: "odd" }), "TYPE_NAME_INVALID");
  });

  test(`a fingerprint chooses parked addresses and dead letters, in lists and in sweeps, ${store.name}`, async (t) => {
    const running = await open(t, { store: await store.open(t), functions });
    for (const name of ["parks", "letters"])
      for (const id of ["a", "b", "c"]) await running.send(`${name}/${id}`, id === "c" ? "other" : "broken 1");
    await running.settle();
    await running.reopen(); // fingerprints outlive the process
    const { engine } = running;
    const { groups } = await engine.failures.groups({ limit: 10 });
    const of = (typeName: string, reason: string) =>
      groups.find((group) => group.typeName === typeName && group.reason === reason)?.fingerprint as string;
    const parked = { fingerprint: of("test/parks", "broken <n> of <id>") };
    assert.deepEqual(
      (await engine.parked({ limit: 10 }, parked)).map(({ address }) => address.id),
      ["a", "b"],
    );
    assert.equal((await engine.dropAll("first", parked)).done, 2);
    assert.deepEqual(
      (await engine.parked({ limit: 10 })).map(({ address }) => address.id),
      ["c"],
    );
    const letters = { fingerprint: of("test/letters", "broken <n> of <id>") };
    assert.equal((await engine.deadLetters.list(letters)).letters.length, 2);
    assert.equal((await engine.deadLetters.dropAll(letters)).done, 2);
    assert.equal((await engine.deadLetters.list()).letters.length, 1);
    assert.equal((await engine.retryAll({ fingerprint: "another" })).done, 0);
  });
}

test("the reason of a person who has parked an address is a cause too", async (t) => {
  const running = await open(t, { functions });
  await running.engine.park(at("parks/a"), "maintenance");
  const { groups } = await running.engine.failures.groups({ limit: 10 });
  assert.deepEqual(
    groups.map(({ code, reason, parked }) => [code, reason, parked]),
    [["ADDRESS_PARKED", "maintenance", 1]],
  );
});

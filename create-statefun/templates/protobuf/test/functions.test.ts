// Tests of the functions, on a runtime in memory whose clock stands still until a test moves it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { invoke, TestRuntime } from "statefun-ts/testing";
import { functions, Greeter } from "../src/functions.js";
import { example } from "../src/messages.js";

test("a visit is counted, and answered", async () => {
  const message = example.User.create({ name: "Bob" });
  const { answer, state } = await invoke(Greeter, { id: "bob", state: { visits: 41 }, message });
  assert.deepEqual(answer, { text: "Hello Bob. Visit number 42." });
  assert.deepEqual(state, { visits: 42, missed: false });
});

test("each id is counted on its own", async () => {
  await using app = await TestRuntime.open({ functions });
  await app.ref(Greeter, "bob").greet({ name: "Bob" });
  const { text } = await app.ref(Greeter, "ann").greet({ name: "Ann" });
  assert.equal(text, "Hello Ann. Visit number 1.");
});

test("who stays away for half an hour is missed, also after a crash", async () => {
  await using app = await TestRuntime.open({ functions });
  await app.ref(Greeter, "bob").greet({ name: "Bob" });
  await app.advance({ minutes: 29 });
  await app.ref(Greeter, "bob").greet({ name: "Bob" }); // begins the half hour anew
  await app.advance({ minutes: 29 });
  assert.deepEqual(await app.state(Greeter, "bob"), { visits: 2, missed: false });
  await app.crash();
  await app.advance({ minutes: 1 });
  const { text } = await app.ref(Greeter, "bob").greet({ name: "Bob" });
  assert.equal(text, "We have missed you, Bob. Visit number 3.");
});

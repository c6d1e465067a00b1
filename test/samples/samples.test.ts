// What each sample does, tested as its user would test it: with statefun-ts/testing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Address, type StatefulFunctions, Types } from "statefun-ts";
import { invoke, TestRuntime } from "statefun-ts/testing";
import { AsyncGreeter, functions as asyncFunctions } from "../../samples/async/functions.ts";
import { Caller, functions as caller } from "../../samples/caller/functions.ts";
import { CountGreeter } from "../../samples/count/functions.ts";
import { Delay, functions as delay, Visits } from "../../samples/delay/functions.ts";
import { Publisher } from "../../samples/egress/functions.ts";
import { functions as expiration, Session } from "../../samples/expiration/functions.ts";
import { Hello } from "../../samples/hello/functions.ts";
import { Account, functions as account } from "../../samples/interceptors/functions.ts";
import { registry } from "../../samples/interceptors/measuring.ts";
import { example } from "../../samples/messages/messages.js";
import { Goodbye, functions as union } from "../../samples/union/functions.ts";

const { User, Admin, Count, Echo, Visit, Logout } = example;
const bob = User.create({ userId: "bob", name: "Bob" });
const open = (functions: StatefulFunctions) => TestRuntime.open({ functions });
const greetings = (app: TestRuntime) => app.egress("example/greets").map((greeting: any) => greeting.text);

test("hello greets", async () => {
  const { egress } = await invoke(Hello, { message: bob });
  assert.deepEqual(egress, [{ to: "example/greets", message: { text: "Hello Bob", count: 0 } }]);
});

test("count greets each user by how often it has seen them", async () => {
  const texts = ["Hello Bob", "Hello again!", "Third time's the charm", "Hello for the 4th time"];
  for (const [count, text] of texts.entries()) {
    const { answer, state } = await invoke(CountGreeter, { state: { count }, message: bob });
    assert.deepEqual([answer, state], [{ text, count: count + 1 }, { count: count + 1 }]);
  }
});

test("union takes users and admins in one handler and anything else in another", async () => {
  await using app = await open(union);
  for (const message of [bob, Admin.create({ level: 3 }), Count.create({ value: 1 })]) {
    await app.call(Goodbye, "1", message);
  }
  await app.call(Goodbye, "1", "stranger");
  const others = ["Goodbye type.googleapis.com/example.Count", "Goodbye stranger"];
  assert.deepEqual(greetings(app), ["Goodbye user", "Goodbye admin of level 3", ...others]);
});

test("caller asks the greeter and is answered", async () => {
  await using app = await open(caller);
  await app.send(Caller, "1", bob);
  await app.settle();
  assert.deepEqual(greetings(app), ["example/greeter/bob said: Hello Bob"]);
});

test("delay sends a text back to itself when an ingress asks", async () => {
  await using app = await open(delay);
  await app.send(Delay, "1", Echo.create({ text: "hello from the past", afterMs: 1_800_000 }));
  await app.advance({ minutes: 29 });
  assert.deepEqual(greetings(app), []);
  await app.advance({ minutes: 1 });
  assert.deepEqual(greetings(app), ["hello from the past"]);
});

test("delay sends a text back to a function that asks", async () => {
  const message = Echo.create({ text: "later", afterMs: 1 });
  const { delayed } = await invoke(Delay, { message, caller: Address.of("example/delay", "other") });
  assert.deepEqual(delayed, [{ to: "example/delay/other", message: { text: "later", count: 0 }, delay: 1 }]);
});

test("visits cancels the last reminder before it sends the next one", async () => {
  await using app = await open(delay);
  await app.send(Visits, "bob", Visit.create({ name: "Bob", remindAfterMs: 1000 }));
  await app.advance(999);
  await app.send(Visits, "bob", Visit.create({ name: "Bob", remindAfterMs: 1000 }));
  await app.advance(999);
  assert.deepEqual(greetings(app), []);
  await app.advance(1000);
  assert.deepEqual(greetings(app), ["We miss you, Bob"]);
});

test("async waits for its answer and then greets", async () => {
  const message = User.create({ userId: "dr-bob", name: "Bob" });
  const { egress } = await invoke(AsyncGreeter, { functions: asyncFunctions, message });
  assert.deepEqual(egress[0]?.message, { text: "Hello Dr. Bob", count: 0 });
});

test("expiration counts a session's visits until it is logged out, or over", async () => {
  await using app = await open(expiration);
  for (const message of [bob, bob, Logout.create({}), bob]) await app.send("example/session", "bob", message);
  await app.advance(1999);
  assert.deepEqual(await app.state(Session, "bob"), { visits: 1 });
  await app.advance(1);
  assert.deepEqual(await app.state(Session, "bob"), {});
  const texts = [1, 2, 1].map((visit) => `Bob: visit ${visit} of this session`);
  assert.deepEqual(greetings(app), texts);
});

test("egress sends a Kafka record and a plain message", async () => {
  const { egress } = await invoke(Publisher, { id: "bob", message: bob });
  assert.deepEqual(
    egress.map(({ to }) => to),
    ["example/kafka", "example/greets"],
  );
  const [kafka] = egress.map(({ message }) => message as { topic: string; key: string; value: { text: string } });
  assert.deepEqual([kafka?.topic, kafka?.key, kafka?.value.text], ["greets", "bob", "Hello Bob"]);
});

test("interceptors let only the owner of an account in, also to what its handler sends to, and measure both", async () => {
  await using app = await open(account);
  const deposit = (token: string) => app.call(Account, "alice", Types.int.pack(5), { metadata: { token } });
  await assert.rejects(deposit("bobs-secret"), { code: "FORBIDDEN", status: 403 });
  assert.equal(await deposit("alices-secret"), 5);
  await app.settle();
  assert.deepEqual(await app.state("example/bookings", "alice"), { count: 1 });
  const metrics = await registry.metrics();
  assert.match(metrics, /app_message_seconds_count\{function="example\/account",outcome="failed"\} 1/);
  assert.match(metrics, /app_message_seconds_count\{function="example\/bookings",outcome="done"\} 1/);
});

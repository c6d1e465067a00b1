// When a function server is asked, and which requests wait for its answer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefunError } from "../../../src/errors.js";
import { FunctionServer } from "../../../src/runtime/discovery/function-server.js";
import { description } from "./world.js";

const good = JSON.stringify(description([]));
const refused = () => new StatefunError("ENDPOINT_UNREACHABLE", "no connection");
const missing = () => new StatefunError("ENDPOINT_FAILED", "404");

function asking() {
  const state = {
    now: 0,
    asked: 0,
    failures: [] as string[],
    told: 0,
    answer: (): Promise<string> => Promise.resolve(good),
  };
  const server = new FunctionServer({
    ask() {
      state.asked += 1;
      return state.answer();
    },
    now: () => state.now,
    onTold() {
      state.told += 1;
    },
    onFailure: ({ code }) => void state.failures.push(code),
    onGivenUp: () => {},
  });
  return { state, server };
}

test("a server that tells its functions is asked by the first request of each second, and read when the text differs", async () => {
  const { state, server } = asking();
  await server.ready();
  for (const now of [1, 999]) {
    state.now = now;
    assert.equal(server.ready(), undefined);
  }
  state.now = 1_000;
  const waits = server.ready();
  assert.ok(waits);
  assert.equal(server.ready(), undefined, "only one request waits");
  await waits;
  assert.deepEqual([state.asked, state.told], [2, 1]);
  state.now = 2_000;
  state.answer = async () =>
    JSON.stringify(description([{ typename: "a/b", kind: "json", schema: null, message: null }]));
  await server.ready();
  assert.deepEqual([state.told, server.told?.types.size], [2, 1]);
});

test("a server that refuses connections is asked every second, so that it is found soon after its start", async () => {
  const { state, server } = asking();
  state.answer = async () => Promise.reject(refused());
  for (let second = 0; second < 100; second++) {
    state.now = second * 1_000;
    await server.ready();
  }
  assert.equal(state.asked, 100);
  assert.deepEqual(state.failures, ["ENDPOINT_UNREACHABLE"]);
  state.now = 100_000;
  state.answer = async () => good;
  await server.ready();
  assert.equal(server.told?.functions.size, 1);
});

test("a server that answers with something else is asked ever more rarely, up to once a minute", async () => {
  const { state, server } = asking();
  state.answer = async () => Promise.reject(missing());
  for (let second = 0; second < 600; second++) {
    state.now = second * 1_000;
    await server.ready();
  }
  // After 1, 2, 4, 8, 16 and 32 seconds, and then every minute.
  assert.equal(state.asked, 15);
  assert.deepEqual(state.failures, ["ENDPOINT_FAILED"]);
});

test("no request waits for a server that let the last question wait for nothing", async () => {
  const { state, server } = asking();
  let give: (error: Error) => void = () => {};
  state.answer = () =>
    new Promise((_, reject) => {
      give = reject;
    });
  const first = server.ready();
  assert.ok(first, "the first request waits");
  state.now = 2_000;
  give(refused());
  await first;
  for (const now of [3_000, 4_000, 60_000]) {
    state.now = now;
    assert.equal(server.ready(), undefined);
  }
  assert.equal(state.asked, 2, "the open question is not asked twice");
  state.answer = async () => good;
  give(refused());
  await server.ask();
  state.now = 200_000;
  assert.equal(server.ready(), undefined);
  await server.ask();
  assert.equal(server.told?.functions.size, 1);
});

test("what a server told holds while it can't be reached, and not when it answers with something else", async () => {
  const { state, server } = asking();
  await server.ready();
  state.now = 1_000;
  state.answer = async () => Promise.reject(refused());
  await server.ready();
  assert.equal(server.told?.functions.size, 1);
  assert.deepEqual(state.failures, []);
  state.now = 2_000;
  state.answer = async () => Promise.reject(missing());
  await server.ready();
  assert.equal(server.told, undefined);
  assert.deepEqual(state.failures, ["ENDPOINT_FAILED"]);
});

test("a failure is told once until the server tells its functions or fails in another way", async () => {
  const { state, server } = asking();
  const answers = [refused, refused, missing, missing, undefined, missing, refused];
  for (const [place, error] of answers.entries()) {
    state.now = place * 200_000;
    state.answer = async () => (error === undefined ? good : Promise.reject(error()));
    await server.ask();
  }
  assert.deepEqual(state.failures, [
    "ENDPOINT_UNREACHABLE",
    "ENDPOINT_FAILED",
    "ENDPOINT_FAILED",
    "ENDPOINT_UNREACHABLE",
  ]);
});

// Handlers that wait for each other in a circle: which calls are refused.

import { test } from "node:test";
import { CallCycles } from "../../src/engine/call-cycles.js";
import { throwsCode } from "../support/expect-code.js";
import { at } from "./functions.js";

const [a, b, c] = [at("f/a"), at("f/b"), at("g/c")];
const inFlight = {};
const busy = () => new CallCycles(() => inFlight);

test("a handler that calls its own address is refused by name", () => {
  throwsCode(() => busy().assertNone(a, at("f/a")), "CALL_CYCLE", "test/f/a → test/f/a");
});

test("a call that closes a circle of any length is refused, and names the circle", () => {
  const cycles = busy();
  cycles.add(a, b);
  throwsCode(() => cycles.assertNone(b, a), "CALL_CYCLE", "test/f/b → test/f/a → test/f/b");
  cycles.add(b, c);
  throwsCode(() => cycles.assertNone(c, a), "CALL_CYCLE", "test/g/c → test/f/a → test/f/b → test/g/c");
});

test("a call beside a circle, or in the same direction, is not refused", () => {
  const cycles = busy();
  cycles.add(a, b);
  cycles.add(b, c);
  cycles.assertNone(a, c);
  cycles.assertNone(a, b);
  cycles.assertNone(c, at("g/d"));
});

test("a wait that has ended closes no circle; another one of the same handler still does", () => {
  const cycles = busy();
  const [first, second] = [cycles.add(a, b), cycles.add(a, b)];
  first();
  throwsCode(() => cycles.assertNone(b, a), "CALL_CYCLE");
  second();
  cycles.assertNone(b, a);
});

test("an address without a call in flight has no handler that waits", () => {
  const idle = new Set<string>();
  const cycles = new CallCycles((address) => (idle.has(String(address)) ? undefined : inFlight));
  cycles.add(a, b);
  idle.add(String(a));
  cycles.assertNone(b, a);
  cycles.assertNone(a, a);
});

test("a wait whose handler has ended closes no circle through the next call of its address", () => {
  let current = inFlight;
  const cycles = new CallCycles(() => current);
  cycles.add(a, b);
  current = {};
  cycles.assertNone(b, a);
  cycles.add(a, c);
  throwsCode(() => cycles.assertNone(c, a), "CALL_CYCLE");
});

test("waits that go round in a circle elsewhere end the search", () => {
  const cycles = busy();
  cycles.add(a, b);
  cycles.add(b, a);
  cycles.assertNone(c, a);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { RunWays } from "../../../src/testing/simulation/run-ways.js";

const flow = (ways: RunWays) => ({
  step(key: string, input?: number) {
    ways.requested("run", key, input, this.step);
  },
  got(key: string, endedAt = 0) {
    ways.delivered("run", key, { endedAt, value: undefined, error: undefined });
  },
});

/** Lets one run do something several times, and returns in what the times differ. */
function differenceOf(...times: ((run: ReturnType<typeof flow>) => void)[]): string | undefined {
  const ways = new RunWays({ find: () => undefined });
  for (const time of times) {
    ways.began("run");
    time(flow(ways));
  }
  ways.began("run");
  return ways.difference;
}

test("a run that asks for the same, and goes on when there is a result, takes one way", () => {
  const once = (run: ReturnType<typeof flow>) => {
    run.step("step:a");
    run.step("sleep:1", 60_000);
  };
  const further = (run: ReturnType<typeof flow>) => {
    once(run);
    run.got("sleep:1");
    run.step("step:b");
  };
  assert.equal(differenceOf(once, once, further, further), undefined);
});

test("another operation is named, with the lines that asked for it", () => {
  const difference = differenceOf(
    (run) => run.step("step:a"),
    (run) => run.step("step:b"),
  );
  assert.match(
    difference ?? "",
    /first: step:a at .*run-ways\.test\.[jt]s:\d+\n {2}then: {2}step:b at .*run-ways\.test\.[jt]s:\d+$/,
  );
  const [one, two] = [...(difference ?? "").matchAll(/:(\d+)$/gm)].map(([, line]) => Number(line));
  assert.equal((two as number) - (one as number), 1);
});

test("the same operation with another input is another way", () => {
  const difference = differenceOf(
    (run) => run.step("sleep:1", 1000),
    (run) => run.step("sleep:1", 1001),
  );
  assert.match(difference ?? "", /first: sleep:1 1000 ms at .*\n {2}then: {2}sleep:1 1001 ms at/);
});

test("a run that asks for less than before, and one that asks for more without a result, take another way", () => {
  const two = (run: ReturnType<typeof flow>) => {
    run.step("step:a");
    run.step("step:b");
  };
  const waiting = (run: ReturnType<typeof flow>) => {
    run.step("step:a");
    run.got("step:a");
  };
  assert.match(differenceOf(two, (run) => run.step("step:a")) ?? "", /first: step:b at .*\n {2}then: {2}nothing more$/);
  assert.match(
    differenceOf(two, waiting) ?? "",
    /first: step:b at .*\n {2}then: {2}waits, and gets the result of step:a$/,
  );
  assert.match(differenceOf(waiting, two) ?? "", /first: waits, and gets the result of step:a\n {2}then: {2}step:b at/);
});

test("a run whose results came in another order, because a crash has lost the first order, may go another way from there", () => {
  const order = (first: string, second: string) => (run: ReturnType<typeof flow>) => {
    run.step("call:a");
    run.step("call:b");
    run.got(`call:${first}`);
    run.step(`step:after ${first}`);
    run.got(`call:${second}`);
  };
  assert.equal(differenceOf(order("a", "b"), order("b", "a"), order("b", "a")), undefined);
});

test("a run whose result came again at another time, because a crash has lost the first one, may go another way from there", () => {
  const at = (time: number) => (run: ReturnType<typeof flow>) => {
    run.step("sleep", 1000);
    run.got("sleep", time);
    run.step("sleep#2", time);
  };
  assert.equal(differenceOf(at(1000), at(1100), at(1100)), undefined);
});

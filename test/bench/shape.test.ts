// How the cost of a call grows, by ratios: ten times as much of something must not cost much more than ten times as much.
// Alone in its process: it counts CPU time, and other tests would have shaped the compiled code.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context, json, RequestReplyHandler, StatefulFunctions, type StateShape, Types } from "../../src/index.js";
import { requestBytes } from "../support/calls.js";
import { primitiveType, reflected } from "../support/reflection.js";

const packedInt = (value: number) => ({
  typename: "io.statefun.types/int",
  value: reflected(primitiveType("IntWrapper"), { value }),
});

/** CPU time of one call in microseconds: the least of several, since only that is free of what else the machine does. */
async function cost(handler: RequestReplyHandler, request: Uint8Array): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 12; run++) {
    const before = process.cpuUsage();
    await handler.handle(request);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}

/** Quadratic growth would be 100; linear growth with colder caches is well below 30. */
const tenTimes = 30;

async function assertLinear(handler: RequestReplyHandler, requestOf: (size: number) => Uint8Array): Promise<void> {
  const small = requestOf(1000);
  const large = requestOf(10_000);
  for (let run = 0; run < 20; run++) await handler.handle(small); // compiled before it is measured
  const ratio = (await cost(handler, large)) / Math.max(1, await cost(handler, small));
  assert.ok(ratio < tenTimes, `ten times as much costs ${ratio.toFixed(1)} times as much`);
}

test("the cost of a batch is linear in its messages", async () => {
  const counter = new StatefulFunctions().register(
    "bench/counter",
    (_value, context, state) => {
      state.count += 1;
      context.sendEgress("bench/greetings", `Hello ${state.count}`);
    },
    { handles: [Types.int], state: { count: { type: Types.int, default: 0 } } },
  );
  await assertLinear(new RequestReplyHandler(counter), (size) =>
    requestBytes("v3", {
      to: "bench/counter/1",
      state: { count: packedInt(1) },
      messages: Array.from({ length: size }, (_, index) => ({ argument: packedInt(index) })),
    }),
  );
});

for (const change of [true, false]) {
  test(`the cost of a state that is ${change ? "changed" : "left"} is linear in its size`, async () => {
    const list = new StatefulFunctions().register(
      "bench/list",
      (_value, _context, state) => {
        if (change && state.list !== undefined) state.list[0] = { name: "changed", count: 0 };
      },
      { handles: [Types.int], state: { list: json<{ name: string; count: number }[]>("bench/list") } },
    );
    await assertLinear(new RequestReplyHandler(list), (size) => {
      const value = Array.from({ length: size }, (_, count) => ({ name: `item ${count}`, count }));
      return requestBytes("v3", {
        to: "bench/list/1",
        state: { list: { typename: "bench/list", value: Buffer.from(JSON.stringify(value)) } },
        messages: [{ argument: packedInt(1) }],
      });
    });
  });
}

test("the cost of a call is linear in the states it carries and changes", async () => {
  const functionOf = (size: number) => {
    const state: StateShape = Object.fromEntries(Array.from({ length: size }, (_, index) => [`n${index}`, Types.int]));
    return new RequestReplyHandler(
      new StatefulFunctions().register(
        "bench/states",
        (_value, _context, states) => {
          const numbers = states as Record<string, number>;
          for (let index = 0; index < size; index++) numbers[`n${index}`]! += 1;
        },
        { handles: [Types.int], state },
      ),
    );
  };
  const requestOf = (size: number) =>
    requestBytes("v3", {
      to: "bench/states/1",
      state: Object.fromEntries(Array.from({ length: size }, (_, index) => [`n${index}`, packedInt(index)])),
      messages: [{ argument: packedInt(1) }],
    });
  const [small, large] = [functionOf(1000), functionOf(10_000)];
  const [smallRequest, largeRequest] = [requestOf(1000), requestOf(10_000)];
  for (let run = 0; run < 20; run++) await small.handle(smallRequest);
  const ratio = (await cost(large, largeRequest)) / Math.max(1, await cost(small, smallRequest));
  assert.ok(ratio < tenTimes, `ten times as many states cost ${ratio.toFixed(1)} times as much`);
});

const effects: Record<string, (context: Context, index: number) => void> = {
  messages: (context, index) => context.send("bench/other", `id ${index}`, "hello"),
  "delayed messages": (context, index) =>
    context.sendAfter(index, "bench/other", "1", "hello", { cancellationToken: `token ${index}` }),
  "egress records": (context) => context.sendEgress("bench/greetings", "hello"),
};

for (const [name, act] of Object.entries(effects)) {
  test(`the cost of a call is linear in its ${name}`, async () => {
    const acting = new StatefulFunctions().register(
      "bench/acting",
      (count, context) => {
        for (let index = 0; index < count; index++) act(context, index);
      },
      { handles: [Types.int] },
    );
    await assertLinear(new RequestReplyHandler(acting), (size) =>
      requestBytes("v3", { to: "bench/acting/1", messages: [{ argument: packedInt(size) }] }),
    );
  });
}

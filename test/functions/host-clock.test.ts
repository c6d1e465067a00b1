// The clock of whoever runs the functions: what handlers see of it, and the limits that it measures.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { type Context, RequestReplyHandler, StatefulFunctions, Types } from "../../src/index.js";
import { Address } from "../../src/model/address.js";
import type { BatchOutcome, PartTaker } from "../../src/model/invocation.js";
import { encodeRequest } from "../../src/wire/encode-request.js";
import { encodePacked } from "../../src/wire/packed.js";
import { ManualClock } from "../support/manual-clock.js";

const target = Address.of("test/f", "a");
const taker = (): PartTaker => ({
  over: false,
  onGivenUp: undefined,
  part() {},
  target() {},
  egress() {},
  token() {},
});

function local(handle: (message: string, context: Context) => unknown, clock: ManualClock) {
  const functions = new StatefulFunctions().register("test/f", handle, { handles: [Types.string] });
  const invocations = [{ caller: undefined, argument: Types.string.pack("hello") }];
  return new LocalFunctions(functions, { clock, callTimeoutMs: 1_000 }).run(
    { generation: "v3", target, state: [], invocations, partsOffered: true },
    taker(),
  );
}

test("context.now is the time of the engine's clock, in whole milliseconds, also after the handler has ended", () => {
  const seen: Context[] = [];
  const clock = new ManualClock(5_000.5);
  local((_message, context) => {
    seen.push(context);
    assert.equal(context.now, 5_000);
  }, clock);
  clock.jump(7);
  assert.equal(seen[0]?.now, 5_007);
});

test("the time that a message may take is measured by the engine's clock", async () => {
  const clock = new ManualClock();
  const outcome = local(() => new Promise(() => {}), clock) as Promise<BatchOutcome>;
  await clock.advance(1_000);
  assert.equal((await outcome).stopped?.code, "CALL_TIMEOUT");
  assert.equal(clock.timers, 0);
});

test("context.now is the machine's time where another process runs the engine", async () => {
  const seen: number[] = [];
  const functions = new StatefulFunctions().register("test/f", (_message, context) => {
    seen.push(context.now);
  });
  const before = Date.now();
  const message = { caller: undefined, argument: encodePacked(Types.string.pack("hello"), "v3") };
  await new RequestReplyHandler(functions).handle(encodeRequest(target, [], [message], 0, 1));
  assert.ok((seen[0] as number) >= before && (seen[0] as number) <= Date.now());
});

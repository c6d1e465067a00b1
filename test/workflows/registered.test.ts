// Workflows of functions without a class.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefulFunctions, Types } from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { throwsCode } from "../support/expect-code.js";
import { Begin } from "./world.js";

test("a registered function has workflows with the states of its handler, or workflows alone", async () => {
  const functions = new StatefulFunctions()
    .register("test/both", (amount, _context, state) => (state.sum += amount), {
      handles: [Types.int],
      state: { sum: { type: Types.int, default: 0 } },
      workflows: (workflow) => [
        workflow(Begin, async (_input, flow, state) => {
          await flow.sleep(1_000);
          await flow.step("add", () => {
            state.sum += 10;
          });
          return state.sum;
        }),
      ],
    })
    .register("test/alone", undefined, {
      workflows: (workflow) => [workflow(Types.string, (text, flow) => flow.step("text", () => `${text}!`))],
    });
  await using app = await TestRuntime.open({ functions });
  const answered = app.call("test/both", "1", Begin.pack({}));
  assert.equal(await app.call("test/both", "1", Types.int.pack(5)), 5);
  await app.advance({ seconds: 1 });
  assert.equal(await answered, 15);
  assert.equal(await app.call("test/alone", "1", "hello"), "hello!");
  await assert.rejects(app.call("test/alone", "1", Types.int.pack(1)), { code: "RUN_NOT_FOUND" });
});

test("what is no workflow is refused when it is registered", () => {
  const register = (workflows: unknown, handler?: unknown) => () =>
    new StatefulFunctions().register("test/wrong", handler as undefined, { workflows: workflows as any });
  throwsCode(register([]), "OPTION_INVALID");
  throwsCode(register(undefined), "HANDLER_MISSING");
  throwsCode(
    register(() => []),
    "HANDLER_MISSING",
  );
  throwsCode(
    register((workflow: any) => [workflow(undefined, () => {})]),
    "TYPE_UNKNOWN",
  );
  throwsCode(
    register((workflow: any) => [workflow(Begin, function* () {})]),
    "OPTION_INVALID",
  );
  throwsCode(
    register((workflow: any) => [workflow(Begin, () => {}, { concurrency: "some" })]),
    "OPTION_INVALID",
  );
  throwsCode(
    register((workflow: any) => [workflow(Begin, () => {}), workflow(Begin, () => {})]),
    "HANDLER_DUPLICATE",
  );
});

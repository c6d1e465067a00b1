import { test } from "node:test";
import { assertRunId } from "../../src/model/run-id.js";
import { throwsCode } from "../support/expect-code.js";

test("an id of a run is a text: without one, all runs of an address would be named", () => {
  assertRunId("r1");
  assertRunId("");
  for (const none of [undefined, null, 1, {}]) throwsCode(() => assertRunId(none), "VALUE_INVALID");
});

// --attempts, --retry-window and --on-failure: what they say of all functions, and of functions by name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOptions } from "../../src/cli/failure-options.js";
import { parseInput } from "../../src/cli/parse.js";
import { throwsCode } from "../support/expect-code.js";

const read = (...argv: string[]) => failureOptions(parseInput("start", argv));

test("an option alone is for all functions, and with a name for that function or namespace", () => {
  assert.deepEqual(read(), { functionOptions: {} });
  assert.deepEqual(
    read(
      ...["--attempts", "5", "--retry-window", "1h", "--on-failure", "deadLetter"],
      ...["--attempts", "shop/pay=3", "--on-failure", "shop/pay=park", "--retry-window", "shop/*=90s"],
    ),
    {
      retry: { attempts: 5, window: 3_600_000 },
      onFailure: "deadLetter",
      functionOptions: {
        "shop/pay": { retry: { attempts: 3 }, onFailure: "park" },
        "shop/*": { retry: { window: 90_000 } },
      },
    },
  );
});

test("a name may hold an equals sign", () => {
  assert.deepEqual(read("--attempts", "a=b/c=2").functionOptions, { "a=b/c": { retry: { attempts: 2 } } });
});

test("what makes no sense is refused", () => {
  throwsCode(() => read("--attempts", "0"), "OPTION_INVALID", "--attempts");
  throwsCode(() => read("--attempts", "a/b=many"), "OPTION_INVALID", "many");
  throwsCode(() => read("--on-failure", "drop"), "OPTION_INVALID", "--on-failure");
  throwsCode(() => read("--retry-window", "30"), "DURATION_INVALID", "--retry-window");
  throwsCode(() => read("--retry-window", "0s"), "DURATION_INVALID", "--retry-window");
});

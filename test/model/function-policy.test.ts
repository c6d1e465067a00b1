// The options of functions on what happens when a message fails: how they are read, and which of them hold.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  defaultPolicy,
  type FunctionOptions,
  functionOptions,
  policyOf,
  policyOver,
  type WholePolicy,
} from "../../src/model/function-policy.js";
import { throwsCode } from "../support/expect-code.js";

const read = (options: object) => policyOf(functionOptions.read("@StatefulFunction", options as FunctionOptions));
const whole = (...options: FunctionOptions[]) =>
  options.map(read).reduceRight<WholePolicy>((general, policy) => policyOver(policy, general), defaultPolicy);

test("without options the default holds", () => {
  const said = Object.entries(whole({})).filter(([, value]) => value !== undefined);
  assert.deepEqual(Object.fromEntries(said), defaultPolicy);
});

test("durations are read as milliseconds", () => {
  const { retry } = whole({
    retry: { attempts: 3, firstDelay: { seconds: 1 }, longestDelay: { minutes: 1 }, window: { days: 40 } },
  });
  assert.deepEqual(retry, { attempts: 3, firstMs: 1000, longestMs: 60_000, windowMs: 40 * 86_400_000 });
});

test("the first options that say something hold, one by one", () => {
  const { retry, onFailure, deadLetterEgress } = whole(
    { retry: { attempts: 3 } },
    { retry: { attempts: 5, firstDelay: 7 }, deadLetterEgress: "a/letters" },
    { retry: { firstDelay: 9, longestDelay: 11 }, onFailure: "deadLetter", deadLetterEgress: "b/letters" },
  );
  assert.deepEqual([retry.attempts, retry.firstMs, retry.longestMs], [3, 7, 11]);
  assert.deepEqual([onFailure, deadLetterEgress], ["deadLetter", "a/letters"]);
  const { order, deadLetterTopic } = whole({ order: "keep" }, { order: "overtake", deadLetterTopic: "b" });
  assert.deepEqual([order, deadLetterTopic], ["keep", "b"]);
});

test("the options on calls hold as the others do, and nothing is said where they are left out", () => {
  const own = read({ maxBatch: 5, callTimeout: { seconds: 2 } });
  const general = read({ maxBatch: 7, concurrency: 3 });
  const { maxBatch, concurrency, callTimeoutMs } = policyOver(own, general);
  assert.deepEqual([maxBatch, concurrency, callTimeoutMs], [5, 3, 2_000]);
  const unsaid = policyOver(read({}), read({}));
  assert.deepEqual([unsaid.maxBatch, unsaid.concurrency, unsaid.callTimeoutMs], [undefined, undefined, undefined]);
});

test("a window without attempts beside it is the only budget", () => {
  const ofWindow = whole({ retry: { window: { hours: 1 } } }, { retry: { attempts: 5 } });
  assert.deepEqual([ofWindow.retry.attempts, ofWindow.retry.windowMs], [Number.POSITIVE_INFINITY, 3_600_000]);
  const ofBoth = whole({ retry: { attempts: 5 } }, { retry: { window: { hours: 1 } } });
  assert.deepEqual([ofBoth.retry.attempts, ofBoth.retry.windowMs], [5, 3_600_000]);
});

test("a first wait that is longer than the longest one by default is the longest one too", () => {
  assert.equal(whole({ retry: { firstDelay: { minutes: 2 } } }).retry.longestMs, 120_000);
});

test("what makes no sense is refused", () => {
  throwsCode(() => read({ retry: { attempts: 0 } }), "OPTION_INVALID", "attempts");
  throwsCode(() => read({ retry: { attempts: 2.5 } }), "OPTION_INVALID", "attempts");
  throwsCode(() => read({ retry: { tries: 2 } }), "OPTION_INVALID", "tries");
  throwsCode(() => read({ retry: 3 }), "OPTION_INVALID", "retry");
  throwsCode(() => read({ retry: { firstDelay: 5, longestDelay: 4 } }), "OPTION_INVALID", "firstDelay");
  throwsCode(() => read({ retry: { firstDelay: 0 } }), "DURATION_INVALID", "firstDelay");
  throwsCode(() => read({ retry: { window: { seconds: -1 } } }), "DURATION_INVALID", "window");
  throwsCode(() => read({ onFailure: "drop" }), "OPTION_INVALID", "onFailure");
  throwsCode(() => read({ onfailure: "park" }), "OPTION_INVALID", "onfailure");
  throwsCode(() => read({ maxBatch: 0 }), "OPTION_INVALID", "maxBatch");
  throwsCode(() => read({ concurrency: 1.5 }), "OPTION_INVALID", "concurrency");
  throwsCode(() => read({ callTimeout: 0 }), "DURATION_INVALID", "callTimeout");
  throwsCode(() => read({ deadLetterEgress: "letters" }), "TYPE_NAME_INVALID", "letters");
  throwsCode(() => read({ deadLetterTopic: "" }), "OPTION_INVALID", "deadLetterTopic");
  throwsCode(() => read({ order: "fifo" }), "OPTION_INVALID", "order");
});

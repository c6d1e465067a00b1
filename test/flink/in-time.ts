// Attempts that count only when the machine was fast enough for them.

import assert from "node:assert/strict";

/** Repeats an attempt that came too late. Each attempt gets an id of its own. */
export async function inTime(name: string, attempt: (id: string) => Promise<boolean>): Promise<void> {
  for (let number = 1; number <= 5; number++) {
    if (await attempt(`${name}-${number}`)) return;
  }
  assert.fail("the machine was too slow, five times");
}

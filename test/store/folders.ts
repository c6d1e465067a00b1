// Folders for the tests of a store: made fresh, gone with the test.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A folder that is not there yet, in one that is removed with the test. */
export function freshFolder(t: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), "statefun-store-"));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, "data");
}

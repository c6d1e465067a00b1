// Closed databases for tests of their files.

import type { TestContext } from "node:test";
import { openLevelStore } from "../../src/store/level-store.js";
import type { Write } from "../../src/store/store.js";
import { freshFolder } from "./folders.js";

/** Makes a data folder of so many tables of some 100 kB, and of a log; resolves to its path. */
export async function folderOfTables(t: TestContext, tables: number): Promise<string> {
  const dir = freshFolder(t);
  const store = await openLevelStore(dir, { writeBufferBytes: 64 * 1024 });
  for (let number = 0; number < tables; number += 1) {
    await store.write(
      Array.from(
        { length: 100 },
        (_, index): Write => [
          `${number}/${index}`,
          Buffer.alloc(1_000, index % 2 === 0 ? "compressed" : crypto.getRandomValues(new Uint8Array(1_000))),
        ],
      ),
    );
  }
  await store.close();
  return dir;
}

// Where a run keeps its data: a folder, or memory that outlives the engine as a folder does.

import type { TestContext } from "node:test";
import { openLevelStore } from "../../src/store/level-store.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import type { Store } from "../../src/store/store.js";
import { freshFolder } from "../store/folders.js";

export interface Disk {
  /** Opens a store on what is durable. The store that was open before is cut off. */
  open(): Promise<Store>;
  close(): Promise<void>;
  /** Takes the room of the disk, or gives it back. Only of a disk that can be full. */
  setFull?(full: boolean): void;
}

export const everything = { from: "", to: "\u{10ffff}", limit: Number.MAX_SAFE_INTEGER };

export function memoryDisk(): Disk {
  let store = new MemoryStore();
  return {
    async open() {
      const entries = await store.entries(everything);
      store = new MemoryStore();
      await store.write(entries);
      return store;
    },
    close: () => store.close(),
  };
}

export function folderDisk(t: TestContext): Disk {
  const dir = freshFolder(t);
  let store: Store | undefined;
  return {
    async open() {
      await store?.close();
      store = await openLevelStore(dir);
      return store;
    },
    close: async () => store?.close(),
  };
}

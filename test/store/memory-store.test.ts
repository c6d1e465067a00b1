// The store in memory, under the contract of all stores.

import { MemoryStore } from "../../src/store/memory-store.js";
import { testStore } from "./contract.js";

testStore("MemoryStore", async (t) => {
  const store = new MemoryStore();
  t.after(() => store.close());
  return store;
});

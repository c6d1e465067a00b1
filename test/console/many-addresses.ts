// A data folder with very many addresses. The runtime writes one of them, and its entries are copied under other ids: to send a
// message to each would take minutes.

import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Address, Handles, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { openLevelStore } from "../../src/store/level-store.js";
import type { Write } from "../../src/store/store.js";

@StatefulFunction("shop/many")
class Many {
  @State("count", Types.int) count = 0;

  @Handles(Types.int)
  add(by: number) {
    this.count += by;
  }
}

export const functions = new StatefulFunctions(Many);

/** Ids have one length, so that each can take the place of another one in an entry. */
export const idOf = (place: number) => `m-${String(place).padStart(7, "0")}`;

const cache = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url));
const copiedAtOnce = 20_000;

/** Makes the folder, unless an earlier run has left it. Resolves to its path. */
export async function manyAddresses(count: number): Promise<string> {
  const folder = join(cache, `console-${count}-addresses`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const unfinished = `${folder}-unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const options = { functions, dir: unfinished, ingress: false, admin: false } as const;
  const runtime = await StatefunRuntime.open(options);
  await runtime.call("shop/many", idOf(0), Types.int.pack(1)).catch(() => {});
  await runtime.engine.setState(Address.of("shop/many", idOf(0)), "count", Types.int.pack(7));
  await runtime.close();
  await copyAddress(unfinished, count);
  renameSync(unfinished, folder);
  return folder;
}

async function copyAddress(folder: string, count: number): Promise<void> {
  const store = await openLevelStore(folder);
  const all = await store.entries({ from: "", to: "\u{10ffff}", limit: 10_000 });
  const own = all.filter(([key]) => key.includes(idOf(0)));
  for (let from = 1; from < count; from += copiedAtOnce) {
    const writes: Write[] = [];
    for (let place = from; place < Math.min(from + copiedAtOnce, count); place++) {
      for (const [key, value] of own) writes.push([key.replace(idOf(0), idOf(place)), value]);
    }
    await store.write(writes);
  }
  await store.close();
}

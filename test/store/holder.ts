// A process, or a thread, for tests of ownership: opens a folder in the way it is told, says how that went, and stays.

import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { ClassicLevel } from "classic-level";
import { openLevelStore } from "../../src/store/level-store.js";

const [how, dir] = isMainThread ? process.argv.slice(2) : (workerData as string[]);
const say = (word: string) => (isMainThread ? process.stdout.write(`${word}\n`) : parentPort?.postMessage(word));

try {
  // An older release knows LevelDB's lock alone.
  if (how === "older") await new ClassicLevel(`${dir}/db`).open();
  else await openLevelStore(dir as string);
  say("open");
} catch (thrown) {
  say((thrown as { code: string }).code);
}
setInterval(() => {}, 60_000);

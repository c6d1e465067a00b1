// Groups bundled test files for scripts/test.mjs: several quick files share a process, since starting Node and loading
// the library takes longer than most files' tests.

import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** More files in a process save little, and the last process to end would keep the others' cores waiting. */
const MAX_FILES = 8;
/** A file that counts memory or CPU time, or changes its process, says so in a comment that begins with these words. */
const ALONE = /^\/\/ Alone in its process: /m;

/**
 * Writes a module for each process into the folder of the bundles, and returns their paths. `isSeparate` tells the files
 * that get a process of their own; the others share with files of the same folder. A process ends after `limitMs` at the latest.
 */
export function groupTests(root, files, folder, isSeparate, limitMs) {
  const groups = [];
  const open = new Map();
  for (const file of files) {
    const isAlone = isSeparate(file) || ALONE.test(readFileSync(join(root, "test", file), "utf8"));
    let group = isAlone ? undefined : open.get(dirname(file));
    if (group === undefined || group.length === MAX_FILES) {
      group = [];
      groups.push(group);
      if (!isAlone) open.set(dirname(file), group);
    }
    group.push(file);
  }
  return groups.map((group) => {
    // Node prints this name when the process crashes.
    const names = group.length === 1 ? group : [group[0], basename(group.at(-1))];
    const name = names.join(" to ").replaceAll(".test.ts", "");
    const path = join(folder, `${name}.js`);
    writeFileSync(path, moduleOf(group, limitMs));
    return path;
  });
}

/** Each file is a suite: its hooks stay its own, and the next file begins when its tests have ended. */
function moduleOf(group, limitMs) {
  return `import { describe } from "node:test";

const waiting = ${JSON.stringify(group)};
// A test that ends the process, even with status 0, must not hide the tests that have not run.
process.once("exit", () => {
  if (waiting.length === 0) return;
  console.error("The process ended before all tests of", waiting.join(", "));
  process.exitCode ||= 1;
});
// Node's own limit for tests does not end a process that has something open. This timer keeps no process alive.
setTimeout(() => process.exit(1), ${limitMs}).unref();
${group
  .map((file) => {
    const bundle = `./${basename(file).replace(/\.ts$/, ".js")}`;
    return `await describe(${JSON.stringify(file)}, () => import(${JSON.stringify(bundle)}));\nwaiting.shift();\n`;
  })
  .join("")}`;
}

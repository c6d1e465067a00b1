// Installs the packages when they are missing or older than the lock file, so that `npm start` and `npm test` work as
// the first command on a fresh clone.

import { execSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const installed = `${root}/node_modules/.statefun-lock`;
const lock = readFileSync(`${root}/package-lock.json`, "utf8");

if (!existsSync(installed) || readFileSync(installed, "utf8") !== lock) {
  console.error("Installing packages …");
  execSync("npm ci --no-audit --no-fund --loglevel=error", {
    cwd: root,
    stdio: ["ignore", process.stderr, process.stderr],
  });
  writeFileSync(installed, lock);
}

// Writes docs/openapi.json, the description of the admin server and of the HTTP ingress, from their tables of routes and from the
// types of their answers. With --check it writes nothing, and fails when the file is not current.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openApiDocument } from "./openapi/document.js";

const file = fileURLToPath(new URL("../docs/openapi.json", import.meta.url));
const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error("docs/openapi.json is not current: npm run openapi");
  process.exitCode = 1;
}

// The file of `--types`: what it may export, and what is said of a file that can't be used.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { functionsFileOf, loadTypes } from "../../src/cli/load-functions.js";

/** Functions of another copy of the package, as a file outside of this one has them. */
const functions = "({ bind() {}, register() {}, typeNames: [] })";

async function written(t: TestContext, text: string, mark = ""): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "types-file-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "types.mjs");
  await writeFile(file, text);
  return `${file}${mark}`;
}

const load = async (file: string) => loadTypes(functionsFileOf(file));

test("the file exports functions, or a list as types, under this name or one that the option gives", async (t) => {
  assert.equal((await load(await written(t, `export const functions = ${functions};`))).length, 1);
  assert.equal((await load(await written(t, `export default ${functions};`))).length, 1);
  const list = `const list = [${functions}, ${functions}];`;
  assert.equal((await load(await written(t, `${list} export { list as types };`))).length, 2);
  assert.equal((await load(await written(t, `${list} export { list as mine };`, "#mine"))).length, 2);
});

test("a file that exports neither is refused, and so is one that is not there", async (t) => {
  const refused = (text: RegExp) => (error: any) => error.code === "OPTION_INVALID" && text.test(error.message);
  await assert.rejects(
    load(await written(t, "export const x = 1;")),
    refused(/exports no StatefulFunctions as default or functions, and no list as types\.$/),
  );
  await assert.rejects(
    load(await written(t, "export const x = 1;", "#x")),
    refused(/exports no StatefulFunctions as x\.$/),
  );
  await assert.rejects(load("/nowhere/types.ts"), refused(/There is no file/));
});

test("what the file throws comes out as it is", async (t) => {
  await assert.rejects(load(await written(t, 'throw new TypeError("types broke");')), { message: "types broke" });
});

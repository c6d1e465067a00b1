// The client's code as a bundler puts it together for a browser.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { build } from "esbuild";

describe("the client's bundle for a browser", () => {
  const root = new URL("../..", import.meta.url).pathname;
  /** Bundles a program. An import of a module of Node's does not resolve for a browser, so it fails. */
  async function bundle(program: string) {
    const { outputFiles, metafile } = await build({
      stdin: { contents: program, resolveDir: root },
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      platform: "browser",
      format: "esm",
      // Replaces only the globals of these names, not the words in texts.
      define: { Buffer: "nodes_Buffer", process: "nodes_process", require: "nodes_require", global: "nodes_global" },
    });
    const rooms = Object.keys(metafile.inputs).map((file) => file.replace(/^src\//, "").split("/")[0]);
    return { text: outputFiles[0]?.text ?? "", rooms: [...new Set(rooms)].sort() };
  }

  test("names nothing of Node's, and holds only the rooms of the client", async () => {
    const { text, rooms } = await bundle('export * from "./src/client/entry.js"');
    assert.equal(/\bBuffer\b|nodes_\w+/.exec(text)?.[0], undefined);
    assert.deepEqual(
      rooms.filter((room) => room !== "<stdin>"),
      [
        "bytes",
        "client",
        "error-info.ts",
        "error-table.ts",
        "errors.ts",
        "model",
        "refs",
        "types",
        "workflow-errors.ts",
      ],
    );
    assert.ok(text.length < 71_000, `${text.length} characters`);
  });

  test("is small where only connect is used", async () => {
    const { text } = await bundle('export { connect } from "./src/client/entry.js"');
    assert.ok(text.length < 54_500, `${text.length} characters`);
  });
});

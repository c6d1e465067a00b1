// Bundles test files for scripts/test.mjs: esbuild compiles the sources once, not once in each test's process.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/**
 * Bundles test files into a folder, with source maps: `engine/fifo.test.ts` becomes `engine/fifo.test.js` there. The
 * bundles import packages, so the folder must be where Node finds them.
 */
export async function bundleTests(root, files, folder) {
  await build({
    absWorkingDir: root,
    entryPoints: files.map((file) => `test/${file}`),
    outbase: "test",
    outdir: folder,
    bundle: true,
    splitting: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    define: { "import.meta.url": "sourceUrl" },
    plugins: [ownUrls],
    logLevel: "warning",
  });
}

/** Gives each module that reads `import.meta.url` the URL of its source, not that of the bundle. */
const ownUrls = {
  name: "own URLs",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!text.includes("import.meta.url")) return undefined;
      // No line break in between: the lines keep their numbers.
      return { contents: `const sourceUrl = ${JSON.stringify(pathToFileURL(path).href)}; ${text}`, loader: "ts" };
    });
  },
};

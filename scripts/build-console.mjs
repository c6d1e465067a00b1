// Builds the console, the page that the admin server serves, into dist/console: index.html, scripts and styles named by their
// content, and the licences of the packages that the scripts contain. With --if-older only when a source is newer.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The folder that the console is built into unless another is named. */
const builtFolder = join(root, "dist/console");

/** Builds the console into a folder. Returns esbuild's record of what each file is made of. */
export async function buildConsole(folder = builtFolder) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { console: "console/main.tsx" },
    tsconfig: "console/tsconfig.json",
    outdir: folder,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    // The first versions that know light-dark() in styles.
    target: ["chrome123", "firefox120", "safari17.5"],
    legalComments: "none", // LICENSES.txt has them
    logLevel: "warning",
  });
  const entry = (suffix) => {
    const found = outputFiles.find(({ path }) => /^console-/.test(basename(path)) && path.endsWith(suffix));
    return `console/${basename(found.path)}`;
  };
  const html = readFileSync(join(root, "console/index.html"), "utf8")
    .replace("STYLE", entry(".css"))
    .replace("SCRIPT", entry(".js"));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  writeFileSync(join(folder, "LICENSES.txt"), licencesOf(metafile));
  // The page comes last: where it is, the files that it names are there too.
  writeFileSync(join(folder, "index.html"), html);
  return metafile;
}

/** Builds the console into dist/console when it is missing or older than one of its sources. */
export async function ensureConsole() {
  const page = join(builtFolder, "index.html");
  const builtAt = existsSync(page) ? statSync(page).mtimeMs : 0;
  const sources = ["console", "src"].flatMap((folder) => filesIn(join(root, folder)));
  const inputs = [...sources, join(root, "package-lock.json"), fileURLToPath(import.meta.url)];
  if (inputs.some((file) => statSync(file).mtimeMs > builtAt)) await buildConsole();
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The licence texts of all packages that are part of the scripts and styles. */
function licencesOf({ inputs }) {
  const folders = new Set();
  for (const path of Object.keys(inputs)) {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
    // A package that is published without its licence has the text here.
    const own = join(root, "console/licences", `${name.replace("@", "").replace("/", "-")}.txt`);
    if (file === undefined && !existsSync(own)) throw new Error(`${name} has no file with its licence`);
    const text = readFileSync(file === undefined ? own : join(root, folder, file), "utf8").trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `The console contains these packages.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--if-older")) await ensureConsole();
  else await buildConsole();
}

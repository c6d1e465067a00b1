// The files of the console, the page that people open in a browser. scripts/build-console.mjs makes them.

import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { StatefunError } from "../../errors.js";
import { sendBody } from "../http/sending.js";
import { packageFolder } from "./package-files.js";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".map": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

/** The page holds no script or style of its own, loads only files of this server, and stands in no page of another site. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/** A name that holds a hash of the file's contents, as esbuild writes it: "app-3F5KQ2ZD.js". */
const hashed = /-[A-Z0-9]{8}\.[a-z]+$/;

/** The files of the console, by their names. */
export class ConsoleFiles {
  readonly #folder: string;
  readonly #names: ReadonlySet<string>;

  /** The folder is listed once, so that a request names only a file of the list and never a path. */
  constructor(folder = consoleFolder()) {
    this.#folder = folder ?? "";
    this.#names = new Set(folder === undefined ? [] : filesIn(folder));
  }

  /** Whether there is a page. A checkout that was not built has none, and neither has an app that is bundled into one file. */
  get areThere(): boolean {
    return this.#names.has("index.html");
  }

  /** Answers with a file. Rejects with NOT_FOUND. */
  async send(response: ServerResponse, name: string): Promise<void> {
    const type = contentTypes[extname(name)];
    if (!this.#names.has(name) || type === undefined) throw this.#missing(name);
    const bytes = await readFile(join(this.#folder, name)).catch(() => {
      throw this.#missing(name);
    });
    sendBody(response, 200, type, bytes, [
      "Cache-Control",
      hashed.test(name) ? "public, max-age=31536000, immutable" : "no-cache",
      "Content-Security-Policy",
      contentSecurityPolicy,
      "X-Content-Type-Options",
      "nosniff",
      "Referrer-Policy",
      "no-referrer",
    ]);
  }

  #missing(name: string): StatefunError {
    return new StatefunError(
      "NOT_FOUND",
      this.areThere
        ? `The console has no file ${JSON.stringify(name)}. Load the page again: the runtime may have another version now.`
        : "The console's files are not here. In a checkout, build them with npm run build. In an app that is bundled into one file, leave statefun-ts out of the bundle.",
    );
  }
}

function consoleFolder(): string | undefined {
  const root = packageFolder();
  return root === undefined ? undefined : join(root, "dist/console");
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

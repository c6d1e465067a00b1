// What the admin server answers about the runtime itself, and the files of the console.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { StatefunError } from "../../errors.js";
import { publicMessage } from "../http/error-answer.js";
import { sendBody } from "../http/sending.js";
import { type Answered, choiceOf, ok, timeOf } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { Asked } from "./asked.js";
import { packageFolder, packageVersion } from "./package-files.js";

export const infoAnswers = {
  // Everybody may ask for the health, so it does not say where the data folder is.
  health: ({ engine: { trouble } }: Asked): Answered<AdminAnswers["health"]> =>
    trouble === undefined
      ? ok({ status: "ok" })
      : { status: 503, body: { status: "trouble", code: trouble.code, message: publicMessage(trouble) } },

  info: ({ dir, ingressUrl, startedAt, readOnly, tokenNeeded, consoleFiles }: Asked): Answered<AdminAnswers["info"]> =>
    ok({
      version: packageVersion(),
      node: process.version,
      pid: process.pid,
      startedAt: timeOf(startedAt),
      dir: dir ?? null,
      ingress: ingressUrl ?? null,
      readOnly,
      tokenNeeded,
      console: consoleFiles.areThere,
    }),

  openapi: async ({ response }: Asked): Promise<undefined> => {
    sendBody(response, 200, "application/json", await readDocument());
    return undefined;
  },

  metrics: async ({ metrics, query, response }: Asked): Promise<Answered<AdminAnswers["metrics"]> | undefined> => {
    if (choiceOf(query, "format", ["text", "json"]) === "json") return ok(await metrics.readJson());
    const { contentType, text } = await metrics.read();
    sendBody(response, 200, contentType, text);
    return undefined;
  },

  console: async ({ consoleFiles, response }: Asked): Promise<undefined> => {
    await consoleFiles.send(response, "index.html");
    return undefined;
  },

  consoleFile: async ({ consoleFiles, response, filled }: Asked): Promise<undefined> => {
    await consoleFiles.send(response, filled.file as string);
    return undefined;
  },
} as const;

/** Reads docs/openapi.json of this package. Rejects with NOT_FOUND. */
async function readDocument(): Promise<Buffer> {
  const folder = packageFolder();
  try {
    if (folder !== undefined) return await readFile(join(folder, "docs/openapi.json"));
  } catch {
    // the error below says where the document is
  }
  throw new StatefunError(
    "NOT_FOUND",
    "The document is not here, as in an app that is bundled into one file. It is docs/openapi.json of the package statefun-ts.",
  );
}

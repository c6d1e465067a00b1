// The class that pbjs generates of a message with a field of every kind.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import pbjs from "protobufjs-cli/pbjs.js";

/** The file that declares the message. */
export const everyFieldFile = fileURLToPath(new URL("../types/fixtures/every-field.proto", import.meta.url));

const code = await new Promise<string>((resolve, reject) => {
  pbjs.main(["-t", "static-module", "-w", "commonjs", "-r", "every-field", everyFieldFile], (error, text = "") =>
    error === null ? resolve(text) : reject(error),
  );
});
const module = { exports: {} as any };
new Function("require", "module", code)(createRequire(import.meta.url), module);

/** The generated class, which says nothing of its fields. */
export const every: any = module.exports.example.fields.Every;

// The option --egress: the name of an egress, and the target of its records.

import { resolve } from "node:path";
import { type Input, usage } from "./parse.js";

/** Reads "ns/name=target". Throws OPTION_INVALID. */
export function parseEgress(written: string): { egress: string; target: string } {
  const equals = written.indexOf("=");
  const target = written.slice(equals + 1);
  if (equals <= 0 || target === "") throw usage(`--egress is ${written}; write it as ns/name=target.`);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target) && !isUrl(target)) {
    throw usage(`--egress is ${written}; a URL must begin with http:// or https://. Write a file as a path.`);
  }
  return { egress: written.slice(0, equals), target };
}

/** Whether a target is an HTTP server. Any other target is a file, or - for stdout. */
export function isUrl(target: string): boolean {
  return /^https?:\/\//i.test(target);
}

/** Returns the files that records are written to. Throws OPTION_INVALID. */
export function egressFiles(input: Input): string[] {
  const targets = input.texts("egress").map((written) => parseEgress(written).target);
  return targets.filter((target) => target !== "-" && !isUrl(target)).map((target) => resolve(target));
}

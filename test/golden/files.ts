// The captured bytes: JSON files of hexadecimal text, one for each engine and each SDK.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const pathOf = (file: string) => fileURLToPath(new URL(`${file}.json`, import.meta.url));

/** Reads one file: bytes by the name of the scenario. */
export function readGolden(file: string): Map<string, Uint8Array> {
  const hexes: Record<string, string> = JSON.parse(readFileSync(pathOf(file), "utf8"));
  return new Map(Object.entries(hexes).map(([name, hex]) => [name, Buffer.from(hex, "hex")]));
}

export function writeGolden(file: string, golden: ReadonlyMap<string, Uint8Array>): void {
  const hexes = Object.fromEntries([...golden].map(([name, bytes]) => [name, Buffer.from(bytes).toString("hex")]));
  writeFileSync(pathOf(file), `${JSON.stringify(hexes, null, 2)}\n`);
}

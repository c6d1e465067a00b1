// Reads schedules: the kind io.statefun-ts.schedules.v1/cron, which only the embedded runtime knows.

import { parseTypeName } from "../../model/type-name.js";
import type { Entry } from "./entry.js";
import type { ModuleParts } from "./module-parts.js";

const keys = ["name", "cron", "timezone", "function", "id", "type", "value", "base64", "ifMissed"];

export function readSchedule(spec: Entry, parts: ModuleParts): void {
  const fields = spec.map(keys, ["name", "cron", "function", "id"]);
  if (fields === undefined) return;
  const read = (key: string) => fields.get(key)?.text();
  const [name, cron, timezone, id] = [read("name"), read("cron"), read("timezone"), read("id")];
  const typeName = readTypeName(fields.get("function") as Entry);
  const [type, base64, ifMissed] = [read("type"), read("base64"), read("ifMissed")];
  const value = fields.get("value")?.json();
  if (name === undefined || cron === undefined || id === undefined || typeName === undefined) return;
  if ((value === undefined) === (base64 === undefined)) {
    spec.fail('a schedule has either "value", the message as JSON has it, or "base64", its bytes.');
    return;
  }
  parts.addSchedule(
    { options: { name, cron, timezone, id, ifMissed }, typeName, message: { type, value, base64 }, where: spec.where },
    spec,
  );
}

function readTypeName(entry: Entry): string | undefined {
  const text = entry.text();
  if (text === undefined) return undefined;
  try {
    parseTypeName(text);
    return text;
  } catch {
    return entry.fail(`"${text}" is not the name of a function. Write "namespace/name".`);
  }
}

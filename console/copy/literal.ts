// JSON values as people write them in TypeScript.

/** The longest literal that stays on one line. */
const widest = 80;

/** Writes a JSON value as a literal: names without quotes where they need none, and lines of their own where it gets long. */
export function literalOf(value: unknown, indent = ""): string {
  const line = onOneLine(value);
  if (line.length <= widest || typeof value !== "object" || value === null || value instanceof Code) return line;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((part) => literalOf(part, inner))
    : Object.entries(value).map(([name, part]) => `${nameOf(name)}: ${literalOf(part, inner)}`);
  const [open, close] = isList ? "[]" : "{}";
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (value instanceof Code) return value.text;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const parts = Object.entries(value).map(([name, part]) => `${nameOf(name)}: ${onOneLine(part)}`);
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

/** An expression that stands in a literal as it is. */
export class Code {
  constructor(readonly text: string) {}
}

/** `__proto__` is a property of its own only between brackets. */
function nameOf(name: string): string {
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** Writes how a member of an object is reached. */
export const memberOf = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);

/** Writes milliseconds as a `Duration` of the public API: `{ minutes: 5 }` where a unit fits, otherwise the number. */
export function durationLiteral(ms: number): string {
  const units = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1_000 };
  for (const [unit, unitMs] of Object.entries(units)) {
    if (ms > 0 && ms % unitMs === 0) return `{ ${unit}: ${ms / unitMs} }`;
  }
  return String(ms);
}

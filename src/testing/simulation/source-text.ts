// Plain values as the source text of a program.

/** How wide a line may be before its value is written over several lines. */
const width = 110;

/** The source text of a plain value, to stand so many spaces from the left. */
export function sourceText(value: unknown, indent = 0): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => (inner: number) => sourceText(item, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(
          ([name, item]) =>
            (inner: number) =>
              `${nameText(name)}: ${sourceText(item, inner)}`,
        );
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return open + close;
  const oneLine = parts.map((part) => part(0)).join(", ");
  const isNumbers = isList && value.every((item) => typeof item === "number");
  if (isNumbers || (!oneLine.includes("\n") && indent + oneLine.length < width)) {
    return isList ? `[${oneLine}]` : `{ ${oneLine} }`;
  }
  const inner = " ".repeat(indent + 2);
  return `${open}\n${parts.map((part) => `${inner}${part(indent + 2)},\n`).join("")}${" ".repeat(indent)}${close}`;
}

const nameText = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

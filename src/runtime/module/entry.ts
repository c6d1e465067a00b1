// One place of a module file: what stands there, read as what it must be. A mistake is noted, not thrown, so that one
// reading tells all of them.

import { isAlias, isMap, isScalar, isSeq } from "yaml";
import { durationHelp, parseDurationText } from "../../model/duration-text.js";
import type { Problems } from "./problems.js";
import { suggestion } from "./suggest.js";

/** Entries by their keys. */
export type Fields = ReadonlyMap<string, Entry>;

/** The readers return undefined when they have noted a mistake; {@link map} does so only when nothing can be read on. */
export class Entry {
  /** Where it stands in the document, "spec.transport.call"; empty for the document itself. */
  readonly name: string;
  readonly #problems: Problems;
  readonly #node: unknown;
  readonly #offset: number;

  constructor(problems: Problems, name: string, node: unknown, offset: number) {
    this.#problems = problems;
    this.name = name;
    this.#node = node;
    this.#offset = rangeOf(node)?.[0] ?? offset;
  }

  /** Its line, as "module.yaml, line 12". */
  get where(): string {
    return this.#problems.where(this.#offset);
  }

  /** Notes that something is wrong here. */
  fail(text: string): undefined {
    this.#problems.add(this.#offset, this.name === "" ? text : `${this.name}: ${text}`);
    return undefined;
  }

  /** One entry of a map, when it is one and has it; notes nothing. */
  peek(key: string): Entry | undefined {
    if (!isMap(this.#node)) return undefined;
    const pair = this.#node.items.find((item) => isScalar(item.key) && item.key.value === key);
    return pair && new Entry(this.#problems, this.#named(key), pair.value, rangeOf(pair.key)?.[0] ?? this.#offset);
  }

  /** The entries of a map with no other keys than these. */
  map(known: readonly string[], required: readonly string[] = []): Fields | undefined {
    if (!isMap(this.#node)) return this.#mustBe(`a map of ${known.join(", ")}`);
    const fields = new Map<string, Entry>();
    let complete = true;
    for (const { key, value } of this.#node.items) {
      const offset = rangeOf(key)?.[0] ?? this.#offset;
      const text = isScalar(key) ? String(key.value) : "?";
      if (!known.includes(text)) {
        const shown = this.name === "" ? "" : `${this.name}: `;
        const allowed = `Allowed here: ${known.join(", ")}.`;
        this.#problems.add(offset, `${shown}there is no key "${text}".${suggestion(text, known)} ${allowed}`);
        continue;
      }
      fields.set(text, new Entry(this.#problems, this.#named(text), value, offset));
    }
    for (const key of required.filter((each) => !fields.has(each))) {
      this.fail(`"${key}" is missing.`);
      complete = false;
    }
    return complete ? fields : undefined;
  }

  list(): Entry[] | undefined {
    if (!isSeq(this.#node)) return this.#mustBe("a list");
    return this.#node.items.map(
      (item, index) => new Entry(this.#problems, `${this.name}[${index}]`, item, this.#offset),
    );
  }

  text(): string | undefined {
    const value = this.#scalar();
    if (typeof value !== "string" || value === "") return this.#mustBe("text");
    const [variable] = /\$\{\w+\}/.exec(value) ?? [];
    if (variable === undefined) return value;
    return this.fail(
      `${variable} is a placeholder, and StateFun has none: write the value, or fill the file in first (envsubst).`,
    );
  }

  integer(least: number, most: number): number | undefined {
    const value = this.#scalar();
    if (typeof value !== "number" || !Number.isSafeInteger(value)) return this.#mustBe("a whole number");
    if (value >= least && value <= most) return value;
    return this.fail(`${value} is out of range; it must be from ${least} to ${most}.`);
  }

  /** Milliseconds. A bare number is one too, unless the engine wants text here. */
  durationMs({ least = 1, textOnly = false }: { least?: number; textOnly?: boolean } = {}): number | undefined {
    const value = this.#scalar();
    if (textOnly && typeof value === "number") {
      return this.fail(`a number is not read as a duration here: write ${value}ms.`);
    }
    const written = typeof value === "number" ? String(value) : value;
    if (typeof written !== "string") return this.#mustBe("a duration");
    const ms = parseDurationText(written);
    if (ms === undefined) return this.fail(`"${written}" is not a duration. ${durationHelp}`);
    if (ms >= least) return ms;
    return this.fail(`${written} is too short; it must be at least ${least} ms.`);
  }

  #scalar(): unknown {
    return isScalar(this.#node) ? this.#node.value : undefined;
  }

  #named(key: string): string {
    return this.name === "" ? key : `${this.name}.${key}`;
  }

  #mustBe(what: string): undefined {
    if (isAlias(this.#node)) return this.fail("the engine does not read anchors (*…): write the value out.");
    const found = describeNode(this.#node);
    const quotes = what === "text" && isScalar(this.#node) && this.#node.value !== null && this.#node.value !== "";
    return this.fail(`it must be ${what}, but is ${found}.${quotes ? " Write it in quotes." : ""}`);
  }
}

function rangeOf(node: unknown): readonly number[] | undefined {
  return (node as { range?: readonly number[] } | null | undefined)?.range ?? undefined;
}

function describeNode(node: unknown): string {
  if (isMap(node)) return "a map";
  if (isSeq(node)) return "a list";
  const value = isScalar(node) ? node.value : null;
  if (value === null || value === "") return "empty";
  return typeof value === "string" ? `"${value}"` : `the ${typeof value} ${String(value)}`;
}

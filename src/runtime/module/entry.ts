// One value of a module file, read as the type that it must have. Mistakes are collected and not thrown, so that one reading
// reports all of them.

import { isAlias, isMap, isScalar, isSeq } from "yaml";
import { durationHelp, parseDurationText } from "../../model/duration-text.js";
import { suggestion } from "../../model/suggest.js";
import type { Problems } from "./problems.js";

/** The entries of a map, by key. */
export type Fields = ReadonlyMap<string, Entry>;

/** A reader notes a mistake and returns undefined. {@link map} returns undefined only when a required key is missing. */
export class Entry {
  /** The path of keys in the document, such as "spec.transport.call"; empty for the document itself. */
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

  /** The file and the line, such as "module.yaml, line 12". */
  get where(): string {
    return this.#problems.where(this.#offset);
  }

  /** Notes a mistake at this place. */
  fail(text: string): undefined {
    this.#problems.add(this.#offset, this.name === "" ? text : `${this.name}: ${text}`);
    return undefined;
  }

  /** Returns the entry of a key; undefined when there is none. Notes no mistake. */
  peek(key: string): Entry | undefined {
    if (!isMap(this.#node)) return undefined;
    const pair = this.#node.items.find((item) => isScalar(item.key) && item.key.value === key);
    return pair && new Entry(this.#problems, this.#named(key), pair.value, rangeOf(pair.key)?.[0] ?? this.#offset);
  }

  /** Reads a map that has no other keys than the known ones. */
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
      `${variable} is a placeholder, and StateFun has no placeholders. Write the value, or fill in the file first with envsubst.`,
    );
  }

  /** Reads any value, as JSON has it. */
  json(): unknown {
    if (isMap(this.#node) || isSeq(this.#node) || isScalar(this.#node)) return this.#node.toJSON();
    return this.#mustBe("a value");
  }

  integer(least: number, most: number): number | undefined {
    const value = this.#scalar();
    if (typeof value !== "number" || !Number.isSafeInteger(value)) return this.#mustBe("a whole number");
    if (value >= least && value <= most) return value;
    return this.fail(`${value} is out of range; it must be from ${least} to ${most}.`);
  }

  /** Reads a duration as milliseconds. A number is in milliseconds, unless Flink reads only text here. */
  durationMs({ least = 1, textOnly = false }: { least?: number; textOnly?: boolean } = {}): number | undefined {
    const value = this.#scalar();
    if (textOnly && typeof value === "number") {
      return this.fail(`a duration needs a unit here: write ${value}ms.`);
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
    if (isAlias(this.#node)) return this.fail("Flink does not read anchors (*…). Write the value out.");
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

// Checks JSON by a schema that a function server tells. The schema may be of any make, and must not hold the runtime up.

import { createContext, Script } from "node:vm";
import { type OutputUnit, Validator } from "@cfworker/json-schema";
import { describe } from "../../errors.js";

/** How long a check may take before it is given up. */
const mostMs = 500;
/** A larger schema is watched: a check visits every part of it for every part of the value. */
const mostPlainParts = 2_000;

/** Keywords that lead a check in circles, or take the time of a product: of a list with itself, of a text with an expression. */
const costly = new Set(["$ref", "$recursiveRef", "$dynamicRef", "$id", "id", "patternProperties", "uniqueItems"]);
/** Formats whose check takes no longer than the text is long. */
const plainFormats = new Set(["date", "time", "date-time", "uuid", "ipv4"]);
/** Matches a regular expression that may try a text in several ways. */
const branching = /[*+?]|\{\d+,|\)\{/;

/** Errors that say nothing of their own, or that all alternatives but one have. */
const besideOthers = new Set([
  ..."properties patternProperties additionalProperties items prefixItems $ref allOf anyOf oneOf".split(" "),
  ..."const enum".split(" "),
]);

/** The check of one schema. It is given up for good when it fails or takes too long: the server checks what it reads itself. */
export class SchemaCheck {
  readonly #schema: object;
  readonly #onGivenUp: (why: string) => void;
  readonly #isPlain: boolean;
  #validator: Validator | undefined;
  #isGivenUp = false;

  /** `onGivenUp` is called once at most. */
  constructor(schema: object, onGivenUp: (why: string) => void) {
    this.#schema = schema;
    this.#onGivenUp = onGivenUp;
    this.#isPlain = isPlain(schema);
  }

  /** What is wrong with a value; undefined when nothing is, or when the check was given up. */
  problemOf(value: unknown): string | undefined {
    if (this.#isGivenUp) return undefined;
    try {
      return this.#isPlain ? this.#check(value) : watched(() => this.#check(value));
    } catch (thrown) {
      this.#isGivenUp = true;
      this.#onGivenUp(thrown instanceof TooSlow ? thrown.message : describe(thrown));
      return undefined;
    }
  }

  #check(value: unknown): string | undefined {
    this.#validator ??= new Validator(this.#schema, "2020-12");
    const { valid, errors } = this.#validator.validate(value);
    return valid ? undefined : problemIn(errors);
  }
}

/**
 * Tells the error that is to be corrected: that of the innermost part, which is the last one. The alternatives of a union often differ
 * by a constant, so the deepest error of another kind is that of the alternative which was meant.
 */
function problemIn(errors: readonly OutputUnit[]): string {
  const own = errors.filter(({ keyword }) => !besideOthers.has(keyword));
  const deepest = Math.max(...own.map(depthOf));
  const { keyword, instanceLocation, error } = (own.findLast((each) => depthOf(each) === deepest) ??
    errors.at(-1)) as OutputUnit;
  return `${instanceLocation}: ${keyword === "false" ? "The type has no such property." : error}`;
}

const depthOf = ({ instanceLocation }: OutputUnit) => instanceLocation.split("/").length;

class TooSlow extends Error {}

/** Whether the time of a check grows no faster than the value and the schema do. */
function isPlain(schema: object): boolean {
  const parts: object[] = [schema];
  for (const part of parts) {
    if (parts.length > mostPlainParts) return false;
    for (const [key, value] of Object.entries(part)) {
      if (costly.has(key) && value !== false) return false;
      if (key === "pattern" && typeof value === "string" && branching.test(value)) return false;
      if (key === "format" && typeof value === "string" && !plainFormats.has(value)) return false;
      if (typeof value === "object" && value !== null) parts.push(value);
    }
  }
  return true;
}

const box = createContext(Object.assign(Object.create(null), { check: undefined }));
const script = new Script("check()");

/** Runs a check, and throws when it takes too long. Only `vm` can interrupt a regular expression. */
function watched(check: () => string | undefined): string | undefined {
  box.check = check;
  try {
    return script.runInContext(box, { timeout: mostMs });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException | undefined)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw thrown;
    throw new TooSlow(`a value took more than ${mostMs} ms`);
  } finally {
    box.check = undefined;
  }
}

// The expressions of a query: a condition and columns, in CEL (cel.dev), over the states of one address.

import type { ASTNode, Environment, ParseResult } from "@marcbachmann/cel-js";
import { describe, StatefunError } from "../../errors.js";
import { suggestion } from "../../model/suggest.js";

/** The states of one address for its expressions. A state that is not set is missing. */
export interface Row {
  readonly id: string;
  readonly states: Readonly<Record<string, unknown>>;
}

/** One expression, and the states that it reads. */
export interface Expression {
  readonly text: string;
  readonly states: readonly string[];
  /** Throws an Error that says what does not fit, and where in the text. */
  evaluate(row: Row): unknown;
}

/** What expressions may name. */
export interface Names {
  /** The function, for error messages. */
  readonly typeName: string;
  /** The names of the states; undefined when nobody knows them, so that every name may be one. */
  readonly states: readonly string[] | undefined;
}

/** Variables beside the states. A state of such a name is reached by `states["…"]` alone. */
const own = ["id", "states", "now"] as const;

/** The largest expression. */
const mostCharacters = 4_096;
const limits = { maxAstNodes: 1_000, maxDepth: 50, maxListElements: 200, maxMapEntries: 200, maxCallArguments: 20 };

type Node = ASTNode;

/** Compiles the expressions of one query. */
export class Expressions {
  readonly #environment: Environment;
  readonly #names: Names;
  readonly #now = new Date();

  private constructor(environment: Environment, names: Names) {
    this.#environment = environment;
    this.#names = names;
  }

  /** Loads CEL only when somebody asks. */
  static async over(names: Names): Promise<Expressions> {
    const { Environment } = await import("@marcbachmann/cel-js");
    const environment = new Environment({
      unlistedVariablesAreDyn: names.states === undefined,
      homogeneousAggregateLiterals: false,
      limits,
    });
    registerMixedArithmetic(environment);
    environment.registerVariable("id", "string");
    environment.registerVariable("states", "map");
    environment.registerVariable("now", "google.protobuf.Timestamp");
    for (const name of names.states ?? []) if (!isOwn(name)) registerState(environment, name);
    return new Expressions(environment, names);
  }

  /** The condition of a query. Throws QUERY_INVALID. */
  condition(text: string): Expression {
    const { type, ...expression } = this.#compile("The condition", text);
    if (type === undefined || type === "bool" || type === "dyn") return expression;
    throw new StatefunError(
      "QUERY_INVALID",
      `The condition ${JSON.stringify(text)} gives a ${type}; it must be true or false, for example ${JSON.stringify(`${text} == …`)}.`,
    );
  }

  /** The columns of a query, which commas part. Throws QUERY_INVALID. */
  columns(text: string): Expression[] {
    const list = `[${text}]`;
    const { ast } = this.#parse("The list of columns", list);
    const columns = ast.op === "list" ? (ast.args as readonly Node[]) : [];
    if (columns.length === 0) {
      throw new StatefunError(
        "QUERY_INVALID",
        "The list of columns is empty. Write states or expressions between commas.",
      );
    }
    return columns.map(({ start, end }) => {
      const { type: _, ...column } = this.#compile("The column", list.slice(start, end));
      return column;
    });
  }

  /** The column that shows one state. */
  state(name: string): Expression {
    return { text: name, states: [name], evaluate: ({ states }) => states[name] ?? null };
  }

  #compile(what: string, text: string): Expression & { readonly type: string | undefined } {
    const parsed = this.#parse(what, text);
    const { valid, type, error } = parsed.check();
    if (!valid) throw this.#invalid(what, text, error);
    const read = new Set<string>();
    this.#readStates(parsed.ast, read, what, text);
    const states = [...read];
    const unset = Object.fromEntries(states.map((name) => [name, null]));
    const evaluate = (row: Row) => {
      try {
        return parsed({ ...unset, ...row.states, id: row.id, states: row.states, now: this.#now });
      } catch (error) {
        throw new Error(placed(text, error));
      }
    };
    return { text, states, type, evaluate };
  }

  #parse(what: string, text: string): ParseResult {
    if (text.trim() === "" || text.length > mostCharacters) {
      const wrong = text.length > mostCharacters ? `longer than ${mostCharacters} characters` : "empty";
      throw new StatefunError("QUERY_INVALID", `${what} is ${wrong}.`);
    }
    try {
      return this.#environment.parse(text);
    } catch (error) {
      throw this.#invalid(what, text, error);
    }
  }

  /** Collects the states that an expression reads. Throws QUERY_INVALID for a state whose name is made by the expression. */
  #readStates(node: Node, read: Set<string>, what: string, text: string): void {
    const { op } = node;
    const refuse = (why: string): never => {
      throw new StatefunError(
        "QUERY_INVALID",
        `${what} ${JSON.stringify(text)}, at character ${node.start + 1}: ${why}`,
      );
    };
    if (op === "call" || op === "rcall") {
      // JavaScript's regular expressions may take for ever, and nothing can stop them.
      if (node.args[0] === "matches") refuse("matches is not offered here. Use startsWith, endsWith or contains.");
    }
    if ((op === "." || op === "[]") && isStatesVariable(node.args[0])) {
      const [, key] = node.args;
      const name = typeof key === "string" ? key : key.op === "value" ? key.args : undefined;
      if (typeof name !== "string") refuse('write the name of the state as text: states["name"].');
      this.#assertKnown(name as string, refuse);
      read.add(name as string);
      return;
    }
    if (op === "id") {
      const name = node.args;
      if (name === "states") refuse('write the name of the state behind it: states["name"].');
      if (!isOwn(name) && (this.#names.states?.includes(name) ?? true)) read.add(name);
      return;
    }
    for (const inner of nodesIn(node.args)) this.#readStates(inner, read, what, text);
  }

  #assertKnown(name: string, refuse: (why: string) => never): void {
    const { states } = this.#names;
    if (states !== undefined && !states.includes(name)) refuse(this.#unknown(name, states));
  }

  #invalid(what: string, text: string, error: unknown): StatefunError {
    const { code, range } = error as { code?: unknown; range?: { start: number; end: number } };
    const { states } = this.#names;
    const name = range === undefined ? "" : text.slice(range.start, range.end);
    const more = code === "unknown_variable" && states !== undefined ? ` ${this.#unknown(name, states)}` : "";
    return new StatefunError("QUERY_INVALID", `${what} ${JSON.stringify(text)}, ${placed(text, error)}.${more}`, {
      cause: error,
    });
  }

  #unknown(name: string, states: readonly string[]): string {
    const known = states.length === 0 ? "It has no states." : `Its states are ${states.join(", ")}.`;
    return `${this.#names.typeName} has no state "${name}".${suggestion(name, states)} ${known}`;
  }
}

/** Says what is wrong, and where. */
function placed(text: string, error: unknown): string {
  const { summary, range } = error as { summary?: string; range?: { start: number; end: number } };
  const why = summary ?? describe(error);
  if (range === undefined) return why;
  const part = text.slice(range.start, range.end);
  return `at character ${range.start + 1}${part === "" ? "" : ` (${part})`}: ${why}`;
}

/** CEL's ints and doubles don't mix. In JSON nobody sees which of the two a number is. */
function registerMixedArithmetic(environment: Environment): void {
  const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
    "%": (a, b) => a % b,
  };
  for (const [operator, run] of Object.entries(operators)) {
    const handler = (a: number | bigint, b: number | bigint) => run(Number(a), Number(b));
    environment.registerOperator(`double ${operator} int`, handler);
    environment.registerOperator(`int ${operator} double`, handler);
  }
  environment.registerOperator("double % double", (a: number, b: number) => a % b);
}

const isOwn = (name: string) => (own as readonly string[]).includes(name);

const isStatesVariable = (node: Node) => node.op === "id" && node.args === "states";

/** Makes a variable of a state. A name that can't be one, such as "odd name" or "as", is reached by `states["…"]` alone. */
function registerState(environment: Environment, name: string): void {
  if (!/^[A-Za-z_]\w*$/.test(name)) return;
  try {
    environment.registerVariable(name, "dyn");
  } catch {
    // a word of the language
  }
}

/** The nodes inside the arguments of a node. */
function nodesIn(args: unknown): Node[] {
  if (Array.isArray(args)) return args.flatMap(nodesIn);
  return typeof args === "object" && args !== null && "op" in args ? [args as Node] : [];
}

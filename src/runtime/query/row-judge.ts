// Judges the states of one address by the expressions of a query.

import type { LargeState, StateRow } from "../../engine/states-api.js";
import { describe } from "../../errors.js";
import { wholeBytes } from "../../model/large-value.js";
import { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { celValueOf, JsonRoom, jsonOfCel } from "./cel-values.js";
import type { Expression, Row } from "./expressions.js";

/** What has become of one address. */
export interface Judged {
  readonly id: string;
  /** The values of the columns as JSON, in the order of the columns; undefined when the address does not meet the condition. */
  readonly values?: readonly unknown[];
  /** Why the condition can't judge the address; undefined when it can. */
  readonly failure?: string;
}

/** The expressions of a query, and what their states need. */
export interface JudgeParts {
  /** The condition; undefined for every address. */
  readonly where: Expression | undefined;
  readonly columns: readonly Expression[];
  /** What the function sees in its states while they are not set. */
  readonly defaults: ReadonlyMap<string, TypedValue>;
  readonly catalog: TypeCatalog;
}

/** How many characters are shown of what a condition gives in the place of true or false. */
const mostShown = 200;

type Held = TypedValue | LargeState;

export class RowJudge {
  readonly #parts: JudgeParts;

  constructor(parts: JudgeParts) {
    this.#parts = parts;
  }

  judge(row: StateRow): Judged {
    const { where, columns } = this.#parts;
    const { id } = row;
    const states = new RowStates(row, this.#parts);
    const room = new JsonRoom();
    try {
      if (where !== undefined && !meets(where, states)) return { id };
    } catch (error) {
      return { id, failure: describe(error) };
    }
    return { id, values: columns.map((column) => shownValue(column, states, room)) };
  }
}

/** Throws an Error when the condition does not fit the states. */
function meets(where: Expression, states: RowStates): boolean {
  const result = where.evaluate(states.rowOf(where));
  if (typeof result === "boolean") return result;
  const shown = JSON.stringify(jsonOfCel(result, new JsonRoom()));
  const short = shown.length > mostShown ? `${shown.slice(0, mostShown)}…` : shown;
  throw new Error(`the condition gives ${short}, and not true or false`);
}

/** The value of a column. What does not fit is null, as where an address lacks the field of a column. */
function shownValue(column: Expression, states: RowStates, room: JsonRoom): unknown {
  const bytes = states.largeOf(column);
  if (bytes !== undefined) return { bytes };
  try {
    return jsonOfCel(column.evaluate(states.rowOf(column)), room);
  } catch {
    return null;
  }
}

/** The states of one address, each of which is decoded once. */
class RowStates {
  readonly #row: StateRow;
  readonly #parts: JudgeParts;
  readonly #decoded = new Map<string, unknown>();

  constructor(row: StateRow, parts: JudgeParts) {
    this.#row = row;
    this.#parts = parts;
  }

  /** The size of a state that the expression reads and that is too large to be decoded; undefined when there is none. */
  largeOf({ states }: Expression): number | undefined {
    return states.map((name) => sizeOf(this.#row.states.get(name))).find((bytes) => bytes > wholeBytes);
  }

  /** The states that an expression reads. Throws an Error for a state that can't be decoded. */
  rowOf(expression: Expression): Row {
    const states: Record<string, unknown> = {};
    for (const name of expression.states) {
      const held = this.#row.states.get(name) ?? this.#parts.defaults.get(name);
      if (held !== undefined) states[name] = this.#decoded.get(name) ?? this.#decode(name, held);
    }
    return { id: this.#row.id, states };
  }

  #decode(name: string, held: Held): unknown {
    const bytes = sizeOf(held);
    if (!(held instanceof TypedValue) || bytes > wholeBytes) {
      throw new Error(`the state "${name}" has ${bytes} bytes; a query reads none of more than ${wholeBytes}`);
    }
    try {
      const value = celValueOf((typename) => this.#parts.catalog.find(typename), held);
      this.#decoded.set(name, value);
      return value;
    } catch (error) {
      throw new Error(`the state "${name}" can't be read: ${describe(error)}`);
    }
  }
}

function sizeOf(held: Held | undefined): number {
  if (held === undefined) return 0;
  return held instanceof TypedValue ? held.byteLength : held.bytes;
}

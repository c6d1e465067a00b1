// Queries: the addresses of a function whose states meet a condition, one after the other.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { EngineApi } from "../../engine/engine-api.js";
import type { StateRow } from "../../engine/states-api.js";
import { StatefunError } from "../../errors.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { journalName } from "../../workflows/journal/names.js";
import { type Expression, Expressions } from "./expressions.js";
import { type Judged, RowJudge } from "./row-judge.js";
import { endsWithin } from "./watched.js";

/** What a query asks for. */
export interface QueryText {
  /** The function, "namespace/name". */
  readonly typeName: string;
  /** The condition in CEL; undefined for every address. */
  readonly where?: string | undefined;
  /** The columns in CEL, with commas between them; undefined for every state of the function. */
  readonly columns?: string | undefined;
}

/** After so many milliseconds the event loop has a turn. One large value more may be decoded in that time. */
const sliceMs = 1;

/** The expressions may take so many milliseconds for one address. Others wait for as long, once: the query ends. */
const longestMs = 100;

/** The parts of a runtime that a query needs. */
export interface QueryParts {
  readonly engine: EngineApi;
  readonly catalog: TypeCatalog;
}

/** A query whose expressions are compiled. */
export class Query {
  /** The texts of the columns. */
  readonly columns: readonly string[];
  readonly #parts: QueryParts;
  readonly #typeName: string;
  readonly #where: Expression | undefined;
  readonly #columns: readonly Expression[];

  private constructor(
    parts: QueryParts,
    typeName: string,
    where: Expression | undefined,
    columns: readonly Expression[],
  ) {
    this.#parts = parts;
    this.#typeName = typeName;
    this.#where = where;
    this.#columns = columns;
    this.columns = columns.map(({ text }) => text);
  }

  /** Compiles a query. Rejects with QUERY_INVALID, FUNCTION_UNKNOWN and TYPE_NAME_INVALID. */
  static async compile(parts: QueryParts, { typeName, where, columns }: QueryText): Promise<Query> {
    await parts.catalog.learn?.(typeName);
    const states = await statesOf(parts, typeName);
    const expressions = await Expressions.over({ typeName, states });
    const condition = where === undefined ? undefined : expressions.condition(where);
    const all = () => (states ?? condition?.states ?? []).map((name) => expressions.state(name));
    return new Query(parts, typeName, condition, columns === undefined ? all() : expressions.columns(columns));
  }

  /** Reads the addresses behind an id, and says of each whether it meets the condition. Whoever ends the loop ends the reading. */
  async *run(after?: string): AsyncGenerator<Judged> {
    const { engine, catalog } = this.#parts;
    const defaults = catalog.declared?.(this.#typeName)?.defaults() ?? new Map<string, TypedValue>();
    const judge = new RowJudge({ where: this.#where, columns: this.#columns, defaults, catalog });
    const names = [this.#where, ...this.#columns].flatMap((expression) => expression?.states ?? []);
    let begun = performance.now();
    let slow: StateRow | undefined;
    for await (const rows of engine.stateRows(this.#typeName, names, after === undefined ? {} : { after })) {
      for (let next = 0; next < rows.length; ) {
        if (performance.now() - begun > sliceMs) {
          await nextTurn();
          begun = performance.now();
        }
        const judged: Judged[] = [];
        const judgeSlice = () => {
          while (next + judged.length < rows.length) {
            judged.push(judge.judge(rows[next + judged.length] as StateRow));
            if (performance.now() - begun > sliceMs) return;
          }
        };
        const ended = endsWithin(longestMs, judgeSlice);
        next += judged.length;
        // A busy machine may have stopped the process for as long. Only an address that is too slow twice is to blame.
        if (ended) slow = undefined;
        else if (slow !== undefined && slow === rows[next]) throw this.#tooLong(slow);
        else slow = rows[next];
        yield* judged;
      }
    }
  }

  #tooLong({ id }: StateRow): StatefunError {
    return new StatefunError(
      "QUERY_INVALID",
      `The expressions of the query take more than ${longestMs} ms for ${this.#typeName}/${id} alone, which holds up all else. Go through fewer lists inside lists.`,
    );
  }
}

/** The names of a function's states; undefined when nobody knows them. Rejects with FUNCTION_UNKNOWN. */
async function statesOf({ engine, catalog }: QueryParts, typeName: string): Promise<readonly string[] | undefined> {
  const declared = catalog.declared?.(typeName)?.states.map(({ name }) => name);
  const info = await engine.function(typeName);
  if (info === undefined) {
    throw new StatefunError("FUNCTION_UNKNOWN", `Nothing serves ${typeName} here, and no message waits for it.`);
  }
  const registered = info.states.map(({ name }) => name);
  const names = [...new Set([...(declared ?? []), ...registered])].filter((name) => name !== journalName);
  return declared === undefined && names.length === 0 ? undefined : names;
}

// Lists the functions, a page at a time: those that are served, and those that nothing serves but that have something
// waiting.

import { parseTypeName } from "../model/type-name.js";
import { compareKeys } from "../store/sorted-keys.js";
import type { Store } from "../store/store.js";
import type { FunctionInfo, FunctionsPage } from "./engine-api.js";
import type { FunctionTable, KnownFunction } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import { functionKey } from "./keys.js";
import { isUnserved, unservedFunctions } from "./unserved.js";

/** The text in the place of an endpoint, for a function that nothing serves. */
const noEndpoint = "served by nothing";

interface FunctionPagesParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly functions: FunctionTable;
}

export class FunctionPages {
  readonly #parts: FunctionPagesParts;

  constructor(parts: FunctionPagesParts) {
    this.#parts = parts;
  }

  /** See EngineApi.functions. */
  async page({ after, limit, quiet = [] }: FunctionsPage): Promise<FunctionInfo[]> {
    const { functions, commit } = this.#parts;
    for (const typeName of quiet) {
      const { namespace, name } = parseTypeName(typeName);
      functions.find(namespace, name);
    }
    const behind = after === undefined ? "" : keyOf(after);
    const page = firstBehind(functions.all(), behind, limit).map((known) => ({
      key: known.key,
      info: servedInfo(known),
    }));
    const last = page.length < limit ? undefined : page[limit - 1]?.key;
    await commit.attempted();
    let others = 0;
    for await (const typeName of unservedFunctions(this.#parts, behind, last)) {
      page.push({ key: keyOf(typeName), info: unservedInfo(typeName) });
      others += 1;
      if (others === limit) break;
    }
    page.sort((a, b) => compareKeys(a.key, b.key));
    return page.slice(0, limit).map(({ info }) => info);
  }

  /** See EngineApi.function. */
  async find(typeName: string): Promise<FunctionInfo | undefined> {
    const { functions, commit } = this.#parts;
    const { namespace, name } = parseTypeName(typeName);
    const known = functions.peek(namespace, name);
    if (known !== undefined) return servedInfo(known);
    const route = functions.routeOf(namespace, name);
    if (route !== undefined) {
      return servedInfo({ typeName, route, states: [...(route.states ?? [])], policy: functions.policyOf(route) });
    }
    await commit.attempted();
    return (await isUnserved(this.#parts, namespace, name)) ? unservedInfo(typeName) : undefined;
  }
}

/** The first functions behind a key, in the order of their keys. There may be very many, so they are not all sorted. */
function firstBehind(all: readonly KnownFunction[], behind: string, limit: number): KnownFunction[] {
  const byKey = (a: KnownFunction, b: KnownFunction) => compareKeys(a.key, b.key);
  let first: KnownFunction[] = [];
  let last: string | undefined;
  for (const known of all) {
    if (compareKeys(known.key, behind) <= 0 || (last !== undefined && compareKeys(known.key, last) >= 0)) continue;
    first.push(known);
    if (first.length < 4 * limit) continue;
    first = first.sort(byKey).slice(0, limit);
    last = first[limit - 1]?.key;
  }
  return first.sort(byKey).slice(0, limit);
}

function keyOf(typeName: string): string {
  const { namespace, name } = parseTypeName(typeName);
  return functionKey(namespace, name);
}

type Served = Pick<KnownFunction, "typeName" | "route" | "states" | "policy">;

function servedInfo({ typeName, route, states, policy }: Served): FunctionInfo {
  return {
    typeName,
    endpoint: route.label,
    states: states.map(({ name, typename, expiration }) => ({
      name,
      typename,
      expireMode: expiration.mode,
      expireAfterMs: expiration.afterMs,
    })),
    policy: {
      retry: policy.retry,
      onFailure: policy.onFailure === "deadLetter" ? "deadLetter" : "park",
      deadLetterEgress: policy.deadLetterEgress,
      maxBatch: route.maxBatch,
      concurrency: route.mostInFlight ?? Number.POSITIVE_INFINITY,
    },
  };
}

function unservedInfo(typeName: string): FunctionInfo {
  return { typeName, endpoint: noEndpoint, states: [], policy: undefined };
}

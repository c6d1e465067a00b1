// Which functions have workflows.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { FunctionList } from "../../../src/runtime/admin/api/functions.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { ApiError, functionPath, get } from "../../app/api.js";

/** How many functions are asked at once, so that a runtime with hundreds of them is not flooded. */
const askedAtOnce = 8;

export interface WorkflowFunctions {
  /** Functions that have workflows, or that may have: those of another process, whose types are not known. Undefined at first. */
  readonly names: readonly string[] | undefined;
  readonly error: ApiError | undefined;
}

/** Finds the functions that have workflows, once. Those whose workflows are known come first. */
export function useWorkflowFunctions(): WorkflowFunctions {
  const found = useSignal<WorkflowFunctions>({ names: undefined, error: undefined });
  useEffect(() => {
    const asked = new AbortController();
    find(asked.signal).then(
      (names) => {
        found.value = { names, error: undefined };
      },
      (error) => {
        if (!asked.signal.aborted) found.value = { names: undefined, error: error as ApiError };
      },
    );
    return () => asked.abort();
  }, []);
  return found.value;
}

async function find(signal: AbortSignal): Promise<string[]> {
  const { functions } = await get<FunctionList>("functions", { limit: 1000 }, signal);
  const rest = functions.map((each) => each.function);
  const known: string[] = [];
  const unknown: string[] = [];
  const next = async (): Promise<void> => {
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
      const { workflows, typesKnown } = await get<OneFunction>(functionPath(name), undefined, signal);
      if (workflows.length > 0) known.push(name);
      else if (!typesKnown) unknown.push(name);
    }
  };
  await Promise.all(Array.from({ length: askedAtOnce }, next));
  return [...known.sort(), ...unknown.sort()];
}

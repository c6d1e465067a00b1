// The paths of the ingress that show and cancel runs of workflows. A client sees which runs there are and how far they are. What
// they have done, with values and errors, is only on the admin server.

import type { EngineApi } from "../../engine/engine-api.js";
import type { Address } from "../../model/address.js";
import { Runs } from "../runs/runs.js";
import type { IngressAnswers } from "./api.js";
import { assertServed } from "./served.js";

const time = (ms: number) => new Date(ms).toISOString();

/** Shows the runs of an address. Throws FUNCTION_UNKNOWN. */
export async function shownRuns(engine: EngineApi, address: Address): Promise<IngressAnswers["runs"]> {
  assertServed(engine, address);
  const { runs } = await new Runs(engine).of(address);
  return {
    runs: runs.map(({ run, workflow, status, since, endedAt, cancelled }) => ({
      run,
      workflow,
      status,
      since: time(since),
      endedAt: endedAt === undefined ? null : time(endedAt),
      cancelled,
    })),
  };
}

/** Cancels one run of an address, or all of them. Throws FUNCTION_UNKNOWN and RUN_NOT_FOUND. */
export async function cancelledRuns(
  engine: EngineApi,
  address: Address,
  run: string | undefined,
  reason: string | undefined,
): Promise<IngressAnswers["cancelRuns"]> {
  assertServed(engine, address);
  return { cancelled: await new Runs(engine).cancel(address, run, reason === undefined ? {} : { reason }) };
}

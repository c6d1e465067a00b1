// The outcome of an application: its states, and its egress records in the promised order.

import { Types } from "statefun-ts";
import type { EgressRecord } from "../../flink/flink.ts";
import { Report, Told, type ToldValue } from "./application.js";

export interface Outcome {
  /** By address. */
  readonly states: Record<string, Readonly<Record<string, string | null>>>;
  /** By egress, sender and path: the values sent along the path, in their order. */
  readonly told: Record<string, string[]>;
}

/** Groups the records of many applications by their seeds. */
export function outcomesOf(records: readonly EgressRecord[]): Map<number, Outcome> {
  const outcomes = new Map<number, Outcome>();
  const of = (app: number): Outcome => {
    const outcome = outcomes.get(app) ?? { states: {}, told: {} };
    outcomes.set(app, outcome);
    return outcome;
  };
  for (const { egress, typename, value } of records) {
    if (typename === Report.typename) {
      const { app, by, states } = Report.deserialize(value);
      of(app).states[by] = states;
      continue;
    }
    const told = readTold(typename, value);
    const key = `${egress} ${told.by} ${told.path}`;
    const { told: all } = of(told.app);
    all[key] = [...(all[key] ?? []), `${typename} ${JSON.stringify(told)}`];
  }
  return outcomes;
}

function readTold(typename: string, value: Uint8Array): ToldValue {
  if (typename === Told.typename) return Told.deserialize(value);
  return JSON.parse(Types.string.deserialize(value));
}

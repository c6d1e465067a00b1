// Schedules of a module file, whose messages are written as JSON or as bytes.

import { describe, StatefunError } from "../../errors.js";
import { scheduleOptions, scheduleSpec } from "../../functions/schedule-options.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { fromJson, readerOfBytes, typeOfJson } from "../http/body-value.js";
import type { ModuleSchedule } from "../module/module.js";
import type { TargetedSpec } from "./definitions.js";

/** Reads the schedules of a module file. Throws MODULE_INVALID, which names the place in the file. */
export function moduleSchedules(schedules: readonly ModuleSchedule[], catalog: TypeCatalog): TargetedSpec[] {
  return schedules.map((given) => {
    const { options, typeName, where } = given;
    try {
      const set = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
      const message = messageOf(given, catalog);
      return { ...scheduleSpec(scheduleOptions.read("A schedule", { ...set, message } as never), where), typeName };
    } catch (error) {
      throw new StatefunError("MODULE_INVALID", `${where}: ${describe(error)}`, { cause: error });
    }
  });
}

function messageOf({ typeName, message: { type, value, base64 } }: ModuleSchedule, catalog: TypeCatalog): TypedValue {
  const named = { typename: type, method: undefined };
  if (base64 !== undefined) return readerOfBytes(catalog, typeName, named)(Buffer.from(base64, "base64"));
  return fromJson(typeOfJson(catalog, typeName, named), value);
}

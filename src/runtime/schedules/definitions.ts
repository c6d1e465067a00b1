// The schedules of a runtime, wherever they are declared: by the functions of this process, by the option `schedules`, and by the
// module file.

import { StatefunError } from "../../errors.js";
import { typeNameOf } from "../../functions/class-record.js";
import type { MessageTo } from "../../functions/context.js";
import type { FunctionClass } from "../../functions/handled-messages.js";
import {
  type IfMissed,
  type ScheduleOptions,
  type ScheduleSpec,
  scheduleOptions,
  scheduleSpec,
} from "../../functions/schedule-options.js";
import type { StatefulFunctions } from "../../functions/stateful-functions.js";
import { Address } from "../../model/address.js";
import { checked, defineOptions, type Option, required } from "../../model/options.js";
import { runtimeNamespace } from "../../model/runtime-namespace.js";
import { parseTypeName } from "../../model/type-name.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { assertTaken } from "../http/body-value.js";
import { DueTimes } from "./due-times.js";

/** The function that a schedule sends to: its class, or its type name. */
export type ScheduleTarget = string | FunctionClass<object>;

/** A schedule of the runtime's option `schedules`. */
export interface RuntimeSchedule<T extends ScheduleTarget = ScheduleTarget> extends ScheduleOptions<MessageTo<T>> {
  /** The function that gets the message: its class, or its type name, "namespace/name", in this process or elsewhere. */
  readonly target: T;
}

/**
 * Returns a schedule for the runtime's option `schedules`, and lets the compiler check its message against the class that gets it.
 *
 * @example
 * ```ts
 * import { Types } from "statefun-ts";
 * import { StatefunRuntime, schedule } from "statefun-ts/runtime";
 * import { Count, functions } from "./functions.js";
 *
 * await using runtime = await StatefunRuntime.open({
 *   functions,
 *   dir: false,
 *   schedules: [schedule({ name: "hourly", cron: "0 * * * *", target: Count, id: "all", message: Types.int.pack(1) })],
 * });
 * console.log((await runtime.schedules.list())[0]?.nextAt);
 * ```
 */
export function schedule<T extends ScheduleTarget>(options: RuntimeSchedule<T>): RuntimeSchedule<T> {
  return options;
}

/** A schedule that the runtime keeps. */
export interface ScheduleDefinition {
  readonly name: string;
  readonly times: DueTimes;
  readonly target: Address;
  readonly ifMissed: IfMissed;
  /** Makes the message of a due time. Throws what the user's function throws, VALUE_UNTYPED and VALUE_INVALID. */
  readonly message: (due: Date) => TypedValue;
}

/** A schedule of a function that a type name names. */
export interface TargetedSpec extends ScheduleSpec {
  readonly typeName: string;
}

const runtimeSchedule = defineOptions<RuntimeSchedule>()({
  ...scheduleOptions.described,
  target: required(
    checked("a function's class or its type name", (input): input is ScheduleTarget =>
      ["string", "function"].includes(typeof input),
    ),
    "a function's class or its type name",
  ),
});

/** Reads the option `schedules`. Throws OPTION_INVALID, FUNCTION_UNDECORATED, VALUE_UNTYPED and VALUE_INVALID. */
export const schedulesOption: Option<readonly RuntimeSchedule[], readonly TargetedSpec[]> = (input, name, where) => {
  if (input === undefined) return [];
  if (!Array.isArray(input)) {
    throw new StatefunError(
      "OPTION_INVALID",
      `${where}: ${name} must be a list of schedules: [{ name, cron, target, id, message }].`,
    );
  }
  return input.map((options, index) => {
    const place = `${where}'s ${name}[${index}]`;
    const { target, ...read } = runtimeSchedule.read(place, options);
    const typeName = typeNameOf(target);
    return { ...scheduleSpec(read, place), typeName };
  });
};

/** What the runtime knows of the functions that schedules send to. */
export interface ScheduleScope {
  readonly functions: StatefulFunctions;
  readonly catalog: TypeCatalog;
  /** Whether something serves the function. */
  readonly serves: (address: Address) => boolean;
}

/**
 * Puts the schedules of all places together, and checks them. Throws OPTION_INVALID for a name that comes twice, for due times that
 * can't be read, for a function that nothing serves, and for a function in the namespace of the runtime's own functions. Throws
 * VALUE_INVALID for a message that its function does not take, and TYPE_NAME_INVALID.
 */
export function scheduleDefinitions(
  elsewhere: readonly TargetedSpec[],
  scope: ScheduleScope,
): ReadonlyMap<string, ScheduleDefinition> {
  const { functions } = scope;
  for (const typeName of functions.typeNames) {
    if (parseTypeName(typeName).namespace !== runtimeNamespace) continue;
    throw new StatefunError(
      "OPTION_INVALID",
      `${typeName} has the namespace of the runtime's own functions. Choose another namespace.`,
    );
  }
  const own = functions.typeNames.flatMap((typeName) =>
    (functions.get(typeName)?.schedules ?? []).map((spec) => ({ ...spec, typeName })),
  );
  const places = new Map<string, string>();
  const definitions = new Map<string, ScheduleDefinition>();
  for (const spec of [...own, ...elsewhere]) {
    const { name, where } = spec;
    const other = places.get(name);
    if (other !== undefined) {
      throw new StatefunError(
        "OPTION_INVALID",
        `Two schedules have the name "${name}": ${other}, and ${where}. Rename one of them.`,
      );
    }
    places.set(name, where);
    definitions.set(name, definitionOf(spec, scope));
  }
  return definitions;
}

function definitionOf(spec: TargetedSpec, { catalog, serves }: ScheduleScope): ScheduleDefinition {
  const { name, typeName, id, typename, where, message, ifMissed } = spec;
  const times = new DueTimes(spec, `${where} ("${name}")`);
  const target = Address.of(typeName, id);
  if (!serves(target)) {
    throw new StatefunError(
      "OPTION_INVALID",
      `${where} ("${name}"): nothing serves ${typeName}, which gets the message. Correct the target.`,
    );
  }
  if (typename !== undefined) {
    assertTaken(catalog, typeName, typename);
    return { name, times, target, ifMissed, message };
  }
  const checkedMessage = (due: Date) => {
    const made = message(due);
    assertTaken(catalog, typeName, made.typename);
    return made;
  };
  return { name, times, target, ifMissed, message: checkedMessage };
}

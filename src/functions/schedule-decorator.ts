// @Schedule: a handler gets a message at each due time.

import type { TypedValue } from "../model/typed-value.js";
import type { Sendable } from "../types/sendable.js";
import { memberOf, misplaced } from "./dialects.js";
import { type ScheduleOptions, scheduleOptions, scheduleSpec } from "./schedule-options.js";

/** The value that a handler gets of a message. */
type Received<M> = M extends TypedValue<infer V> ? V : M;

/** A decorator that fits a method whose first parameter takes a message M. */
export interface ScheduleDecorator<M> {
  <F extends (message: Received<M>, context: any) => unknown>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): void;
  <This, F extends (this: This, message: Received<M>, context: any) => unknown>(
    method: F,
    context: ClassMethodDecoratorContext<This, F>,
  ): void;
}

/**
 * Sends a message to a method with `@Handles` or `@Workflow` at each due time, on the embedded runtime. Each due time has one message, over
 * restarts, crashes and changes of the clock. `context.metadata` names the schedule and the due time. Nothing drives the schedules
 * of functions on Flink. Throws OPTION_INVALID, VALUE_UNTYPED and DECORATOR_MISPLACED when the class is evaluated.
 *
 * @example
 * ```ts
 * @StatefulFunction("example/report")
 * class Report {
 *   @Handles(Types.string)
 *   @Schedule({ name: "nightly", cron: "0 3 * * *", timezone: "Europe/Berlin", id: "all", message: "write" })
 *   write(_order: string, context: Context) {
 *     console.log(`The report of ${context.metadata.getText("statefun-schedule-due")}`);
 *   }
 * }
 * ```
 */
export function Schedule<M extends Sendable>(options: ScheduleOptions<M>): ScheduleDecorator<M> {
  const spec = scheduleSpec(scheduleOptions.read("@Schedule", options), "@Schedule");
  const decorator = `@Schedule("${spec.name}")`;
  return (...args: readonly unknown[]) => {
    const { kind, key, record } = memberOf(decorator, args);
    if (kind !== "method") {
      throw misplaced(
        decorator,
        `stands on ${String(key)}, which is not a method; put it on a method that handles messages`,
      );
    }
    record.schedules.push({ key, spec });
  };
}

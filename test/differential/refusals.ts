// Functions that do what an engine refuses, as first deployed, and the corrected functions, as deployed next.

import { type Context, json, StatefulFunctions, Types } from "statefun-ts";
import type { ErrorCode } from "../../src/errors.js";

/** How many messages an address has handled. */
export const Handled = json<{ by: string; count: number }>("refusals/Handled");
export const handledEgress = "refusals/handled";

export interface Refusal {
  readonly what: string;
  /** The name of the function: `refusals/<name>`. */
  readonly name: string;
  /** Why the embedded runtime parks the address. */
  readonly code: ErrorCode;
  /** The error of Flink's job. Undefined when test/flink/recovery.test.ts shows it. */
  readonly flink: RegExp | undefined;
}

export const refusals: readonly Refusal[] = [
  {
    what: "a record to an egress that is not there",
    name: "egress",
    code: "EGRESS_UNKNOWN",
    flink: /Unknown egress EgressKey\(refusals, nowhere/,
  },
  {
    what: "a message to a function that nothing serves",
    name: "target",
    code: "FUNCTION_UNKNOWN",
    flink: /Cannot find a provider for type FunctionType\(nowhere, function\)/,
  },
  {
    what: "a token that is still in use",
    name: "token",
    code: "TOKEN_INVALID",
    flink: /a message with the same cancellation token exists/,
  },
  {
    what: "a token that another function of the same id uses",
    name: "shared-token",
    code: "TOKEN_INVALID",
    flink: /a message with the same cancellation token exists/,
  },
  {
    what: "a state that changes its type",
    name: "typed",
    code: "STATE_TYPENAME_CHANGED",
    flink: /RemoteValueTypeMismatchException/,
  },
  { what: "a call that fails every time", name: "failing", code: "HANDLER_FAILED", flink: undefined },
];

const hour = { hours: 1 };
const token = { cancellationToken: "the token" };

/** All functions: correct, or wrong for a message "provoke". */
export function functionsOf(deployed: "wrong" | "right"): StatefulFunctions {
  const wrong = deployed === "wrong";
  const functions = new StatefulFunctions();
  const add = (name: string, provoke: (context: Context) => void, always: (context: Context) => void = () => {}) =>
    functions.register(
      `refusals/${name}`,
      (message, context, state) => {
        handled(context, state);
        if (message === "provoke" && wrong) provoke(context);
        if (message === "begin") always(context);
      },
      { handles: [Types.string], state: { count: { type: Types.int, default: 0 } } },
    );
  const sendLater = (context: Context) => context.sendAfter(hour, context.address, "late", token);

  add("egress", (context) => context.sendEgress("refusals/nowhere", "record"));
  add("target", (context) => context.send("nowhere/function", "id", "message"));
  add("token", sendLater, sendLater);
  add("shared-token", sendLater, (context) => context.send("refusals/token", context.address.id, "begin"));
  add("failing", () => {
    throw new Error("on purpose");
  });
  return functions.register(
    "refusals/typed",
    (message, context, state) => {
      handled(context, state);
      if (message === "provoke") state.value = (wrong ? "text" : 5) as never;
    },
    {
      handles: [Types.string],
      state: { count: { type: Types.int, default: 0 }, value: (wrong ? Types.string : Types.int) as typeof Types.int },
    },
  );
}

function handled(context: Context, state: { count: number }): void {
  state.count += 1;
  context.sendEgress(handledEgress, Handled.pack({ by: String(context.address), count: state.count }));
}

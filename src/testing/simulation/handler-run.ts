// One run of a handler: what it got and what it did. Two runs that got the same must have done the same.

import { keyOf } from "../../engine/waiting-calls.js";
import type { StatefunError } from "../../errors.js";
import type { FunctionSpec } from "../../functions/function-spec.js";
import { findHandler } from "../../functions/message-handler.js";
import type { Address } from "../../model/address.js";
import { isClient } from "../../model/client-address.js";
import type { BatchPart, InvocationBatch, PersistedValue } from "../../model/invocation.js";
import type { TypedValue } from "../../model/typed-value.js";
import { showMessage, type TypeFinder } from "../../types/show-value.js";
import { timeText } from "./history.js";

/** What a handler did: the parts of its batch, and why it stopped, if it did. */
export interface HandlerEnd {
  readonly parts: readonly BatchPart[];
  readonly stopped: StatefunError | undefined;
}

/** What a handler got, and what it did. */
export interface HandlerRun {
  readonly batch: InvocationBatch;
  readonly end: HandlerEnd;
}

/** Names the handlers of a batch: the type name of the function, and the methods that take the messages. */
export function handlerName(batch: InvocationBatch, spec: FunctionSpec | undefined): string {
  const names = new Set(
    batch.invocations.map(({ argument: { typename } }) => {
      const declared = spec?.handled.find(({ type }) => type.typename === typename);
      const found = spec && findHandler(spec, "v3", typename);
      return declared?.name ?? (found === undefined ? typename : "its catch-all");
    }),
  );
  return `${batch.target.typeName}, ${[...names].join(", ")}`;
}

/** What a handler did, one effect in a line. */
export function effectsOf({ parts, stopped }: HandlerEnd, types: TypeFinder): string[] {
  const lines: string[] = [];
  for (const { effects, ends } of parts) {
    for (const { name, value } of effects.mutations) lines.push(`state ${name} = ${shown(value, types)}`);
    for (const { target, argument } of effects.messages)
      lines.push(`send to ${addressText(target)}: ${shown(argument, types)}`);
    for (const entry of effects.delayed) {
      if ("cancel" in entry) lines.push(`cancel ${entry.cancel}`);
      else {
        const token = entry.cancellationToken === undefined ? "" : ` (${entry.cancellationToken})`;
        lines.push(`after ${timeText(entry.delayMs)} to ${entry.target}${token}: ${shown(entry.argument, types)}`);
      }
    }
    for (const { namespace, name, argument } of effects.egresses) {
      lines.push(`egress ${namespace}/${name}: ${shown(argument, types)}`);
    }
    for (const { failure } of ends)
      if (failure !== undefined) lines.push(`refused: ${failure.code}: ${failure.message}`);
  }
  if (stopped !== undefined) lines.push(`failed: ${stopped.code}: ${firstLine(stopped.message)}`);
  return lines;
}

/** Where two runs of the same plan differ: undefined when every handler that got the same did the same. */
export function differenceOf(
  first: readonly HandlerRun[],
  second: readonly HandlerRun[],
  find: (typeName: string) => FunctionSpec | undefined,
  types: TypeFinder,
): string | undefined {
  for (const [index, run] of first.entries()) {
    const again = second[index];
    if (again === undefined || inputOf(run, types) !== inputOf(again, types)) {
      return `The same run took another way before the ${index + 1}. run of a handler, in ${run.batch.target}. Something outside of the handlers is not the same twice, such as a fake or a variable that handlers share.`;
    }
    const [one, two] = [effectsOf(run.end, types), effectsOf(again.end, types)];
    const place = [...one.keys(), one.length].find((at) => one[at] !== two[at]);
    if (place === undefined || (one.length === two.length && place === one.length)) continue;
    const where = `${handlerName(run.batch, find(run.batch.target.typeName))} at ${run.batch.target}`;
    return `The handler is not deterministic: ${where}, did two things for the same message and the same states.\n  first: ${one[place] ?? "nothing more"}\n  then:  ${two[place] ?? "nothing more"}`;
  }
  return undefined;
}

function inputOf({ batch: { target, state, invocations } }: HandlerRun, types: TypeFinder): string {
  const states = state.map(({ name, value }: PersistedValue) => `${name}=${shown(value, types)}`);
  const messages = invocations.map(
    ({ caller, argument }) => `${caller && addressText(caller)}: ${shown(argument, types)}`,
  );
  return [String(target), ...states, ...messages].join("\n");
}

/** An address as people read it. The engine names a client anew in each run, unless the client has an idempotency key. */
function addressText(address: Address): string {
  return isClient(address) && keyOf(address) === undefined ? "the client" : String(address);
}

/** A value as people read it: its type, its JSON, and its metadata. */
export function shown(value: TypedValue | undefined, types: TypeFinder): string {
  if (value === undefined) return "unset";
  const { typename, metadata, ...rest } = showMessage(types, value);
  const text = JSON.stringify("value" in rest ? rest.value : rest);
  return `${typename} ${text}${metadata === undefined ? "" : ` with ${JSON.stringify(metadata)}`}`;
}

const firstLine = (text: string) => text.split("\n", 1)[0] ?? "";

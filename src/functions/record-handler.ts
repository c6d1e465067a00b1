// Writes a decorated method into the record of its class.

import { StatefunError } from "../errors.js";
import { expectAwaits } from "../model/running-handler.js";
import { TypedValue } from "../model/typed-value.js";
import type { HandlerRecord } from "./class-record.js";
import { type Member, misplaced } from "./dialects.js";
import { type HandledType, handledName, isAsync, isGenerator } from "./function-spec.js";
import { typeOfClass } from "./infer-type.js";

interface RecordOptions {
  /** The name of the decorator, for error messages. Defaults to "@Handles". */
  readonly decorator?: string;
  readonly readOnly?: boolean;
  readonly extended?: HandlerRecord["extended"];
}

/**
 * Records a method as the handler of these types. Undefined stands for the type of the method's first parameter. Throws
 * DECORATOR_MISPLACED, HANDLER_DUPLICATE and TYPE_UNKNOWN.
 */
export function recordHandler(
  types: readonly HandledType[] | undefined,
  member: Member,
  { decorator = "@Handles", readOnly = false, extended }: RecordOptions = {},
): void {
  const name = String(member.key);
  if (member.kind !== "method") {
    throw misplaced(decorator, `stands on ${name}, which is not a method; put it on a method`);
  }
  if (isGenerator(member.method)) {
    throw misplaced(
      decorator,
      `stands on ${name}, a generator, which does not run when it is called; use a plain or async method`,
    );
  }
  if (isAsync(member.method)) expectAwaits();
  const named = types?.length || extended !== undefined;
  const handled = named ? (types ?? []) : [inferHandled(types === undefined, name, member.design("design:paramtypes"))];
  const { handlers } = member.record;
  for (const type of handled) {
    const what = handledName(type);
    const other = handlers.find((handler) => handler.types.some((taken) => handledName(taken) === what));
    if (other === undefined) continue;
    throw new StatefunError(
      "HANDLER_DUPLICATE",
      `${String(other.key)} and ${name} both take ${what}. A message goes to one handler.`,
    );
  }
  handlers.push({ key: member.key, types: handled, readOnly, access: member.access, extended });
}

/** Reads the handled type from the first parameter's metadata. Without metadata, `@Handles()` is a catch-all. */
function inferHandled(mustInfer: boolean, name: string, paramTypes: unknown): HandledType {
  const first: unknown = Array.isArray(paramTypes) ? paramTypes[0] : undefined;
  const type = typeOfClass(first);
  if (type !== undefined) return type;
  if (first === TypedValue || !mustInfer) return TypedValue;
  const compiler =
    paramTypes === undefined ? "your compiler emits no decorator metadata" : "the metadata says too little";
  throw new StatefunError(
    "TYPE_UNKNOWN",
    `The type of ${name}'s message can't be known: ${compiler}. Write it: @Handles(User), or @Handles() for messages of any type.`,
  );
}

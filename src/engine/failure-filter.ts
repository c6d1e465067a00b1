// Chooses among failures that people look at or end: dead letters, and parked addresses.

import type { Address } from "../model/address.js";
import type { Duration } from "../model/duration.js";
import { defineOptions, nonEmptyText, type Option, span } from "../model/options.js";
import { parseTypeName } from "../model/type-name.js";
import { causeOf } from "./failure-cause.js";

interface FailureFilter {
  readonly typeName?: string;
  readonly id?: string;
  readonly code?: string;
  readonly fingerprint?: string;
  readonly olderThan?: Duration;
  readonly newerThan?: Duration;
}

/** The type name of a function, as an option of a filter. Throws TYPE_NAME_INVALID. */
export const typeNameOption: Option<string, string | undefined> = (input) => {
  if (input !== undefined) parseTypeName(input);
  return input;
};

const options = defineOptions<FailureFilter>()({
  typeName: typeNameOption,
  id: nonEmptyText,
  code: nonEmptyText,
  fingerprint: nonEmptyText,
  olderThan: span,
  newerThan: span,
});

/** A filter that was read, at a moment. */
export interface Choice {
  /** The type name that all chosen failures have; undefined when they may have any. */
  readonly typeName: string | undefined;
  /** Whether a failure is chosen: its address, its code, its message, and when it was in milliseconds since 1970. */
  includes(address: Address, failure: { readonly code: string; readonly message: string }, at: number): boolean;
}

/** Reads a filter. `of` says what it chooses. Throws OPTION_INVALID, TYPE_NAME_INVALID and DURATION_INVALID. */
export function choiceOf(of: string, filter: FailureFilter | undefined, now: number): Choice {
  const { typeName, id, code, fingerprint, olderThan, newerThan } = options.read(`The filter of ${of}`, filter);
  return {
    typeName,
    includes: (address, failure, at) =>
      (typeName === undefined || address.typeName === typeName) &&
      (id === undefined || address.id === id) &&
      (code === undefined || failure.code === code) &&
      (olderThan === undefined || at <= now - olderThan) &&
      (newerThan === undefined || at >= now - newerThan) &&
      // At the end, because it takes longest.
      (fingerprint === undefined || causeOf(address, failure.code, failure.message).fingerprint === fingerprint),
  };
}

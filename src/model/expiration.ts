// When a state value expires.

import { describe, StatefunError } from "../errors.js";
import { type Duration, durationToMs } from "./duration.js";
import { defineOptions, unchecked } from "./options.js";

/** The event that restarts the time until a state expires (proto enum ExpireMode). */
export type ExpireMode = "none" | "after-write" | "after-call";

/** When a state value expires (proto message ExpirationSpec). */
export interface Expiration {
  readonly mode: ExpireMode;
  /** The time until the value expires; 0 when the mode is "none". */
  readonly afterMs: number;
}

/** When a state expires: at most one of the two. */
export interface ExpirationOptions {
  /** The value is cleared this long after it was last written. Defaults to never. */
  readonly expireAfterWrite?: Duration;
  /** The value is cleared this long after the function was last called for its address. Defaults to never. */
  readonly expireAfterCall?: Duration;
}

/** The expiration of a state that never expires. */
export const noExpiration: Expiration = Object.freeze({ mode: "none", afterMs: 0 });

/** The options of an expiration; {@link parseExpiration} checks their values. */
export const expirationOptions = defineOptions<ExpirationOptions>()({
  expireAfterWrite: unchecked<Duration>(),
  expireAfterCall: unchecked<Duration>(),
});

/** Reads an expiration. `where` names the state in error messages. Throws EXPIRATION_INVALID. */
export function parseExpiration(options: LooseExpirationOptions, where: string): Expiration {
  const { expireAfterWrite, expireAfterCall } = options;
  if (expireAfterWrite !== undefined && expireAfterCall !== undefined) {
    throw invalid(where, "it has both expireAfterWrite and expireAfterCall; keep one of them");
  }
  if (expireAfterWrite !== undefined) return expiration("after-write", expireAfterWrite, where);
  if (expireAfterCall !== undefined) return expiration("after-call", expireAfterCall, where);
  return noExpiration;
}

/** The options after they were read, where an option that was left out is undefined. */
type LooseExpirationOptions = { readonly [K in keyof ExpirationOptions]?: ExpirationOptions[K] | undefined };

function expiration(mode: ExpireMode, after: Duration, where: string): Expiration {
  let afterMs: number;
  try {
    afterMs = durationToMs(after);
  } catch (error) {
    throw invalid(where, describe(error));
  }
  if (afterMs <= 0) throw invalid(where, `${afterMs} ms is not a positive duration`);
  return { mode, afterMs };
}

function invalid(where: string, why: string): StatefunError {
  return new StatefunError("EXPIRATION_INVALID", `${where} has a bad expiration: ${why.replace(/\.$/, "")}.`);
}

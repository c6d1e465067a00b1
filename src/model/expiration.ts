// When a state value expires.

import { describe, StatefunError } from "../errors.js";
import { type Duration, durationToMs } from "./duration.js";

/** How a state's clock is restarted (proto enum ExpireMode). */
export type ExpireMode = "none" | "after-write" | "after-call";

/** When a state value expires (proto message ExpirationSpec). */
export interface Expiration {
  readonly mode: ExpireMode;
  /** Milliseconds; 0 when the mode is "none". */
  readonly afterMs: number;
}

/** How users write an expiration: at most one of the two. */
export interface ExpirationOptions {
  /** The value is cleared this long after it was last written. Defaults to never. */
  readonly expireAfterWrite?: Duration;
  /** The value is cleared this long after the function was last called for its address. Defaults to never. */
  readonly expireAfterCall?: Duration;
}

export const noExpiration: Expiration = Object.freeze({ mode: "none", afterMs: 0 });

/** The names of the options, for those who check a larger set of them. */
export const expirationOptionNames = ["expireAfterWrite", "expireAfterCall"] as const;

/** Reads the options of the state `where`. Throws EXPIRATION_INVALID. */
export function parseExpiration(options: ExpirationOptions, where: string): Expiration {
  const { expireAfterWrite, expireAfterCall } = options;
  if (expireAfterWrite !== undefined && expireAfterCall !== undefined) {
    throw invalid(where, "both expireAfterWrite and expireAfterCall are given; keep one");
  }
  if (expireAfterWrite !== undefined) return expiration("after-write", expireAfterWrite, where);
  if (expireAfterCall !== undefined) return expiration("after-call", expireAfterCall, where);
  return noExpiration;
}

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

// Whether the runtime is well, in a word and a colour, and the page that shows more of each reason.

import type { Unwell } from "../../src/runtime/admin/api/history.js";
import type { ApiError } from "./api.js";
import { toDeadLetters, toEgresses, toFailures, toFunctions } from "./links.js";

/** The page for a path of the admin API that a reason names; undefined when there is none. */
export function pageOf({ code, link }: Unwell): string | undefined {
  if (code === "EGRESS_FAILING") return toEgresses();
  const pages: Readonly<Record<string, string>> = {
    parked: toFailures(),
    failing: toFailures(),
    "dead-letters": toDeadLetters(),
    functions: toFunctions({ sort: "-waiting" }),
    egresses: toEgresses(),
  };
  return link === null ? undefined : pages[link];
}

/** Whether nothing is taken, or nothing is known. */
export function isGrave({ link }: Unwell): boolean {
  return link === "health";
}

/** What the header says. */
export function wordFor(reasons: readonly Unwell[] | undefined, error: ApiError | undefined) {
  if (error !== undefined) return { tone: "bad", words: error.code === "UNREACHABLE" ? "Not reached" : error.code };
  if (reasons === undefined) return { tone: "", words: "…" };
  if (reasons.length === 0) return { tone: "ok", words: "Well" };
  const words = reasons.length === 1 ? "1 problem" : `${reasons.length} problems`;
  return { tone: reasons.some(isGrave) ? "bad" : "warn", words };
}

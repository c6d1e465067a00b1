// The dot in the header: whether the runtime is well.

import type { Healthy, Trouble } from "../../src/runtime/admin/api/info.js";
import { toOverview } from "./links.js";
import { useGet } from "./use-get.js";

const everyMs = 5000;

export function Health() {
  const { data, error } = useGet<Healthy | Trouble>("health", {}, { everyMs });
  const [tone, words] =
    error !== undefined
      ? ["bad", error.code === "UNREACHABLE" ? "Not reached" : error.code]
      : data === undefined
        ? ["", "…"]
        : ["ok", "Well"];
  return (
    <a class="health" href={toOverview()} aria-label={`Health: ${words}`} title={error?.message}>
      <span class={`dot ${tone}`} />
      <span class="words">{words}</span>
    </a>
  );
}

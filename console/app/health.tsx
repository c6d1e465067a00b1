// The dot in the header: whether the runtime is well.

import { history } from "./history.js";
import { toOverview } from "./links.js";
import { wordFor } from "./wellness.js";

export function Health() {
  const { data, error } = history;
  const reasons = data?.well.reasons;
  const { tone, words } = wordFor(reasons, error);
  return (
    <a
      class="health"
      href={toOverview()}
      aria-label={`Health: ${words}`}
      title={error?.message ?? reasons?.map(({ message }) => message).join("\n")}
    >
      <span class={`dot ${tone}`} />
      <span class="words">{words}</span>
    </a>
  );
}

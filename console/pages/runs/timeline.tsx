// The operations of a run under each other, each with a bar from when the run asked for it to when its result came.

import type { RunDetails, RunOperation } from "../../../src/runtime/admin/api/runs.js";
import { now } from "../../app/clock.js";
import { AddressText } from "../../ui/address-link.js";
import { countOf, formatCount, formatMs } from "../../ui/format.js";
import { Badge, Empty, type Tone } from "../../ui/notice.js";
import { Until } from "../../ui/time.js";
import { lineOf } from "../../ui/value.js";
import { barOf, spanOf } from "./bars.js";

export function Timeline({ of: run }: { readonly of: RunDetails }) {
  const { operations, operationCount } = run;
  if (operations.length === 0) {
    return <Empty>{run.status === "queued" ? "It waits for its turn." : "It has no operation on disk yet."}</Empty>;
  }
  const span = spanOf(run, now.value);
  const others = operationCount - operations.length;
  return (
    <ol class="timeline">
      {operations.map((operation, index) => (
        <li key={`${index}/${operation.key}`}>
          <Row of={operation} bar={barOf(operation, span)} />
        </li>
      ))}
      {others > 0 && <li class="muted small">and {formatCount(others)} other operations, which are not kept</li>}
    </ol>
  );
}

function Row({ of: operation, bar }: { readonly of: RunOperation; readonly bar: ReturnType<typeof barOf> }) {
  const { key, attempts, until, target, value, error, requestedAt, endedAt } = operation;
  const state = stateOf(operation);
  const endsAt = endedAt === null ? now.value : Date.parse(endedAt);
  return (
    <>
      <div class="timeline-name">
        <code>{key}</code> <Badge tone={state.tone}>{state.text}</Badge>
      </div>
      <div class={`timeline-track ${state.tone}`}>
        <div
          class={`timeline-bar${bar.open ? " open" : ""}`}
          style={{ left: `${bar.start * 100}%`, width: `${bar.length * 100}%` }}
        />
      </div>
      <div class="timeline-time">
        {operation.state === "sent" ? "" : formatMs(Math.max(0, endsAt - Date.parse(requestedAt)))}
      </div>
      <div class="timeline-more small muted">
        {target !== null && (
          <span>
            to <AddressText text={target} />
          </span>
        )}
        {attempts > 0 && <span>{countOf(attempts, "try", "tries")} failed</span>}
        {until !== null && endedAt === null && (
          <span>
            {operation.state === "retrying" ? "next try " : "ends "}
            <Until at={until} />
          </span>
        )}
        {error !== null && (
          <span class="fault">
            {error.code}: {error.message}
          </span>
        )}
        {value !== null && <code class="cut">{lineOf(value)}</code>}
      </div>
    </>
  );
}

/** A step whose first try goes on is told as one that is tried again, with no try that has failed. */
function stateOf({ state, attempts }: RunOperation): { readonly text: string; readonly tone: Tone } {
  if (state === "retrying" && attempts === 0) return { text: "in progress", tone: "accent" };
  return { text: state, tone: tones[state] };
}

const tones: Readonly<Record<RunOperation["state"], Tone>> = {
  waiting: "accent",
  sleeping: "accent",
  retrying: "warn",
  sent: "plain",
  done: "ok",
  failed: "bad",
};

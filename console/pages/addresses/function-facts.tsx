// What is known of a function: how it does, what it takes and keeps, and how its messages are tried.

import type { OneFunction, ShownHandler, ShownStateType } from "../../../src/runtime/admin/api/one-function.js";
import type { Column } from "../../ui/columns.js";
import { formatCount, formatMs } from "../../ui/format.js";
import { Badge } from "../../ui/notice.js";
import { Table } from "../../ui/table.js";
import { Since } from "../../ui/time.js";
import { ValueLine } from "../../ui/value.js";

export function FunctionFacts({ of }: { readonly of: OneFunction }) {
  const { addresses, more, waiting, parked, failing, inFlight, oldestCall } = of;
  return (
    <div class="stack function-facts">
      <dl class="tiles">
        <Tile name="Addresses" figure={`${formatCount(addresses)}${more ? "+" : ""}`} />
        <Tile name="Messages waiting" figure={`${formatCount(waiting)}${more ? "+" : ""}`} />
        <Tile name="Parked" figure={formatCount(parked)} tone={parked > 0 ? "bad" : ""} />
        <Tile name="Failing" figure={formatCount(failing)} tone={failing > 0 ? "warn" : ""} />
        <div class="tile">
          <dt>In flight</dt>
          <dd class="figure">
            {formatCount(inFlight)}{" "}
            {oldestCall !== null && (
              <small>
                <Since at={oldestCall} />
              </small>
            )}
          </dd>
        </div>
      </dl>
      <details class="panel">
        <summary class="facts-summary">
          What it takes and keeps
          <span class="muted small"> {of.endpoint}</span>
        </summary>
        {of.handlers.length > 0 && (
          <Table
            label="Types that the function takes"
            columns={handlerColumns}
            rows={of.handlers}
            keyOf={({ typename }) => typename}
            empty=""
            sortKey="handlers"
          />
        )}
        {!of.typesKnown && (
          <p class="empty">The function runs in another process, so the types that it takes are not known here.</p>
        )}
        {of.states.length > 0 && (
          <Table
            label="States of the function"
            columns={stateColumns}
            rows={of.states}
            keyOf={({ name }) => name}
            empty=""
            sortKey="states"
          />
        )}
        <Policy of={of} />
      </details>
    </div>
  );
}

interface TileProps {
  readonly name: string;
  readonly figure: string;
  readonly tone?: "" | "warn" | "bad";
}

function Tile({ name, figure, tone = "" }: TileProps) {
  return (
    <div class={`tile ${tone}`}>
      <dt>{name}</dt>
      <dd class="figure">{figure}</dd>
    </div>
  );
}

const handlerColumns: readonly Column<ShownHandler>[] = [
  { key: "typename", title: "Takes", cell: ({ typename }) => <code>{typename}</code> },
  { key: "method", title: "Method", cell: ({ method }) => method ?? "–" },
  {
    key: "kind",
    title: "Kind",
    cell: ({ kind, readOnly }) => (
      <>
        {kind} {readOnly && <Badge>only reads</Badge>}
      </>
    ),
  },
];

const stateColumns: readonly Column<ShownStateType>[] = [
  { key: "name", title: "Keeps", cell: ({ name }) => <strong>{name}</strong> },
  { key: "typename", title: "Type", cell: ({ typename }) => <code>{typename}</code> },
  { key: "expires", title: "Expires", cell: expirationText, wideOnly: true },
  {
    key: "default",
    title: "Default",
    wideOnly: true,
    cell: (state) => (state.default === null ? <span class="muted">none</span> : <ValueLine of={state.default} />),
  },
];

function expirationText({ expireMode, expireAfterMs }: ShownStateType): string {
  if (expireMode === "none") return "never";
  return `${formatMs(expireAfterMs)} after the last ${expireMode === "after-write" ? "write" : "call"}`;
}

function Policy({ of: { policy, workflows } }: { readonly of: OneFunction }) {
  if (policy === null) return null;
  const { retry, onFailure, maxBatch, concurrency } = policy;
  const bounds = [
    retry.attempts !== null && (retry.attempts === 1 ? "once" : `${formatCount(retry.attempts)} times`),
    retry.windowMs !== null && `for ${formatMs(retry.windowMs)}`,
  ].filter((bound) => bound !== false);
  return (
    <dl class="pairs inside-text">
      <dt>A message that fails</dt>
      <dd>
        is tried {bounds.join(" and ") || "without an end"}
        {retry.attempts !== 1 && `, after ${formatMs(retry.firstDelayMs)} up to ${formatMs(retry.longestDelayMs)}`}, and
        then {onFailure === "park" ? "its address is parked" : "becomes a dead letter"}
      </dd>
      <dt>Calls</dt>
      <dd>
        up to {formatCount(maxBatch)} messages of an address at once
        {concurrency !== null && `, up to ${formatCount(concurrency)} addresses at once`}
      </dd>
      {workflows.length > 0 && (
        <>
          <dt>Workflows</dt>
          <dd>{workflows.map(({ method, typename }) => method ?? typename).join(", ")}</dd>
        </>
      )}
    </dl>
  );
}

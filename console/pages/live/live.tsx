// Batches as they happen, filtered by the URL, and held still while somebody reads.

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { BatchSummary } from "../../../src/runtime/admin/api/batches.js";
import { toAddress, toBatch } from "../../app/links.js";
import { queryOf, setQuery } from "../../app/location.js";
import type { Column } from "../../ui/columns.js";
import { Button, Filter } from "../../ui/controls.js";
import { formatCount, formatMs, formatRate } from "../../ui/format.js";
import { FunctionFilter } from "../../ui/function-filter.js";
import { Badge, Failure } from "../../ui/notice.js";
import { PageHead } from "../../ui/page.js";
import { Count } from "../../ui/table.js";
import { ClockTime } from "../../ui/time.js";
import { VirtualList } from "../../ui/virtual-list.js";
import { Feed } from "./feed.js";

const filters = [
  { key: "id", label: "Id" },
  { key: "typename", label: "Type" },
  { key: "code", label: "Code" },
  { key: "trace", label: "Trace" },
] as const;

const columns: readonly Column<BatchSummary>[] = [
  {
    key: "at",
    title: "At",
    width: "132px",
    cell: ({ batch, at, recorded }) =>
      recorded ? (
        <a href={toBatch(batch)}>
          <ClockTime at={at} />
        </a>
      ) : (
        <span class="muted" title="Too much happened to keep this batch.">
          <ClockTime at={at} />
        </span>
      ),
  },
  {
    key: "address",
    title: "Address",
    width: "minmax(130px, 2fr)",
    cell: (row) => (
      <a class="cut" href={toAddress(row.function, row.id)}>
        {row.function}/{row.id}
      </a>
    ),
  },
  {
    key: "typenames",
    title: "Types",
    width: "minmax(120px, 1.5fr)",
    wideOnly: true,
    cell: ({ typenames }) => <span class="cut muted">{typenames.join(", ")}</span>,
  },
  {
    key: "messages",
    title: "Messages",
    width: "100px",
    align: "end",
    wideOnly: true,
    cell: (row) => <Count of={row.messages} />,
  },
  {
    key: "sent",
    title: "Sent",
    width: "76px",
    align: "end",
    wideOnly: true,
    cell: (row) => <Count of={row.sent + row.egressRecords} />,
  },
  {
    key: "states",
    title: "Changed states",
    width: "minmax(130px, 1fr)",
    wideOnly: true,
    cell: ({ states }) => <span class="cut muted">{states.join(", ")}</span>,
  },
  {
    key: "duration",
    title: "Took",
    width: "92px",
    align: "end",
    wideOnly: true,
    cell: ({ durationMs }) => formatMs(durationMs),
  },
  {
    key: "code",
    title: "Failure",
    width: "minmax(84px, 170px)",
    cell: ({ code }) => code !== null && <span class="badge bad cut">{code}</span>,
  },
];

export function Live() {
  const feed = useMemo(() => new Feed(), []);
  const query = Object.fromEntries(
    ["function", "idPrefix", ...filters.map(({ key }) => key)].map((key) => [key, queryOf(key)]),
  );
  const wanted = JSON.stringify(query);
  useEffect(() => {
    // A request per letter of a filter would be one too many.
    const timer = setTimeout(() => feed.start(JSON.parse(wanted)), 150);
    return () => {
      clearTimeout(timer);
      feed.stop();
    };
  }, [feed, wanted]);
  const list = useRef<HTMLElement>(null);
  const pressed = useSignal(false);
  const scrolled = useSignal(false);
  useSignalEffect(() => feed.hold(pressed.value || scrolled.value));
  const holding = feed.holding.value;
  const toggle = () => {
    pressed.value = !holding;
    if (holding) list.current?.scrollTo({ top: 0 });
    if (holding) scrolled.value = false;
  };
  return (
    <>
      <PageHead title="Live" beside={<State feed={feed} />}>
        <Button icon={holding ? "play" : "pause"} pressed={holding} onClick={toggle}>
          {holding ? `Go on (${formatCount(feed.held.value)} new)` : "Hold"}
        </Button>
      </PageHead>
      <div class="filters">
        <FunctionFilter />
        {filters.map(({ key, label }) => (
          <Filter key={key} label={label} value={queryOf(key)} onInput={(text) => setQuery({ [key]: text.trim() })} />
        ))}
      </div>
      {feed.error.value !== undefined && <Failure error={feed.error.value} />}
      <div class="panel">
        <VirtualList
          label="Batches, the newest first"
          columns={columns}
          rows={feed.rows.value}
          keyOf={({ batch }) => batch}
          empty="Nothing has happened yet that the filters choose."
          scrollRef={list}
          onScrolled={(now) => {
            scrolled.value = now;
          }}
        />
      </div>
    </>
  );
}

function State({ feed }: { readonly feed: Feed }) {
  if (!feed.connected.value) return <Badge>connecting …</Badge>;
  if (feed.holding.value) return <Badge tone="warn">held</Badge>;
  return (
    <>
      <Badge tone="ok">live</Badge>
      <span class="muted small">{formatRate(feed.rate.value)} batches/s</span>
    </>
  );
}

// The overview: whether the runtime is well, and if not, why; how much it does, and how fast, over the last hour.

import type { EgressList, ShownEgress } from "../../src/runtime/admin/api/egresses.js";
import type { History, HistorySeries, Unwell } from "../../src/runtime/admin/api/history.js";
import { history } from "../app/history.js";
import { info } from "../app/info.js";
import { toDeadLetters, toDelayed, toEgresses, toFailures, toFunctions, toLive } from "../app/links.js";
import { useGet } from "../app/use-get.js";
import { isGrave, pageOf } from "../app/wellness.js";
import { Chart } from "../ui/chart.js";
import type { Column } from "../ui/columns.js";
import { formatCompact, formatCount, formatMs, formatRate } from "../ui/format.js";
import { Badge, Loaded, Notice } from "../ui/notice.js";
import { PageHead, Panel } from "../ui/page.js";
import { Count, Table } from "../ui/table.js";
import { Since } from "../ui/time.js";

export function Overview() {
  return (
    <>
      <PageHead title="Overview" beside={<About />} />
      <Loaded of={history}>
        {(data) => (
          <div class="stack">
            <Verdict reasons={data.well.reasons} />
            <Tiles history={data} />
            <Charts history={data} />
            <div class="columns">
              <Failures byCode={data.failuresByCode} />
              <Egresses />
            </div>
          </div>
        )}
      </Loaded>
    </>
  );
}

/** Which runtime this is. */
function About() {
  const { data } = info;
  if (data === undefined) return null;
  const { version, node, pid, startedAt, dir } = data;
  return (
    <span class="muted small">
      statefun-ts {version} on Node {node}, process {pid}, {dir === null ? "in memory" : <code>{dir}</code>}, up for{" "}
      <Since at={startedAt} />
    </span>
  );
}

function Verdict({ reasons }: { readonly reasons: readonly Unwell[] }) {
  if (reasons.length === 0) return <Notice tone="ok">All is well.</Notice>;
  return (
    <ul class="stack verdict">
      {reasons.map((reason) => (
        <li key={reason.code}>
          <Reason reason={reason} />
        </li>
      ))}
    </ul>
  );
}

function Reason({ reason }: { readonly reason: Unwell }) {
  const page = pageOf(reason);
  return (
    <Notice
      tone={isGrave(reason) ? "bad" : "warn"}
      code={reason.code}
      actions={
        page && (
          <a href={page} aria-label={`Show: ${reason.message}`}>
            Show
          </a>
        )
      }
    >
      {reason.message}
    </Notice>
  );
}

interface TileProps {
  readonly name: string;
  readonly figure: string;
  readonly unit?: string;
  readonly href?: string;
  readonly tone?: "bad" | "warn" | undefined;
}

function Tile({ name, figure, unit, href, tone }: TileProps) {
  const content = (
    <>
      <span class="name">{name}</span>
      <span class="figure">
        {figure}
        {unit !== undefined && <small> {unit}</small>}
      </span>
    </>
  );
  const kind = `tile ${tone ?? ""}`;
  return href === undefined ? (
    <div class={kind}>{content}</div>
  ) : (
    <a class={kind} href={href}>
      {content}
    </a>
  );
}

const longWaitSeconds = 60;

function Tiles({ history: { now, columnMs } }: { readonly history: History }) {
  const rate = (count: number) => formatRate(count / (columnMs / 1000));
  const ms = (value: number | null) => (value === null ? "–" : formatMs(value));
  const count = (value: number) => formatCompact(value);
  return (
    <section class="tiles" aria-label="Now">
      <Tile name="Messages in" figure={rate(now.messagesIn)} unit="/s" href={toLive()} />
      <Tile name="Delivered" figure={rate(now.messagesDelivered)} unit="/s" href={toLive()} />
      <Tile name="Batch p99" figure={ms(now.batchP99)} />
      <Tile name="Commit p99" figure={ms(now.commitP99)} />
      <Tile name="Waiting" figure={count(now.backlog)} href={toFunctions({ sort: "-waiting" })} />
      <Tile
        name="Oldest message"
        figure={now.oldestSeconds === 0 ? "–" : formatMs(now.oldestSeconds * 1000)}
        tone={now.oldestSeconds > longWaitSeconds ? "warn" : undefined}
        href={toFunctions({ sort: "-waiting" })}
      />
      <Tile name="Parked" figure={count(now.parked)} tone={now.parked > 0 ? "bad" : undefined} href={toFailures()} />
      <Tile
        name="Dead letters"
        figure={count(now.deadLetters)}
        tone={now.deadLetters > 0 ? "warn" : undefined}
        href={toDeadLetters()}
      />
      <Tile name="Failed tries" figure={rate(now.batchFailures)} unit="/s" href={toFailures()} />
      <Tile name="Delayed" figure={count(now.delayed)} href={toDelayed()} />
      <Tile name="Egress pending" figure={count(now.egressPending)} href={toEgresses()} />
      <Tile name="Calls waiting" figure={count(now.callsWaiting)} />
    </section>
  );
}

function Charts({ history: { times, series, columnMs } }: { readonly history: History }) {
  const at = times.map((time) => Date.parse(time));
  const perSecond = (name: keyof HistorySeries) => series[name].map((value) => (value ?? 0) / (columnMs / 1000));
  const shared = { times: at, sync: "overview" } as const;
  if (at.length === 0) return <Notice>The charts begin ten seconds after the runtime's start.</Notice>;
  return (
    <div class="columns">
      <Chart
        {...shared}
        title="Messages per second"
        format={formatCompact}
        series={[
          { label: "in", values: perSecond("messagesIn") },
          { label: "delivered", values: perSecond("messagesDelivered") },
          { label: "egress", values: perSecond("egressRecords") },
        ]}
      />
      <Chart
        {...shared}
        title="Batches"
        format={formatMs}
        series={[
          { label: "p50", values: series.batchP50 },
          { label: "p99", values: series.batchP99 },
        ]}
      />
      <Chart
        {...shared}
        title="Commits"
        format={formatMs}
        series={[
          { label: "p50", values: series.commitP50 },
          { label: "p99", values: series.commitP99 },
        ]}
      />
      <Chart
        {...shared}
        title="Waiting"
        format={formatCompact}
        series={[
          { label: "messages", values: series.backlog },
          { label: "calls", values: series.callsWaiting },
          { label: "egress records", values: series.egressPending },
        ]}
      />
      <Chart
        {...shared}
        title="Oldest message"
        format={(seconds) => formatMs(seconds * 1000)}
        series={[{ label: "waits for", values: series.oldestSeconds }]}
      />
      <Chart
        {...shared}
        title="Failures"
        format={formatCompact}
        series={[
          { label: "failed tries/s", values: perSecond("batchFailures") },
          { label: "parked", values: series.parked },
          { label: "dead letters", values: series.deadLetters },
        ]}
      />
      <Chart
        {...shared}
        title="Delayed messages"
        format={formatCompact}
        series={[{ label: "not due", values: series.delayed }]}
      />
      <Chart
        {...shared}
        title="Event loop"
        format={formatMs}
        series={[{ label: "held for at most", values: series.heldMs }]}
      />
    </div>
  );
}

type Code = readonly [code: string, count: number];

const codeColumns: readonly Column<Code>[] = [
  {
    key: "code",
    title: "Code",
    width: "fill",
    cell: ([code]) => (
      <a class="mono" href={toFailures({ code })}>
        {code}
      </a>
    ),
    sortBy: ([code]) => code,
  },
  {
    key: "count",
    title: "Failed tries",
    align: "end",
    cell: ([, count]) => <Count of={count} />,
    sortBy: ([, count]) => count,
  },
];

function Failures({ byCode }: { readonly byCode: Readonly<Record<string, number>> }) {
  const codes = Object.entries(byCode).sort(([, one], [, other]) => other - one);
  const total = codes.reduce((sum, [, count]) => sum + count, 0);
  return (
    <Panel title="Failures of the last hour" beside={<span class="muted small">{formatCount(total)}</span>}>
      <Table label="Failures by code" columns={codeColumns} rows={codes} keyOf={([code]) => code} empty="None." />
    </Panel>
  );
}

const egressColumns: readonly Column<ShownEgress>[] = [
  {
    key: "egress",
    title: "Egress",
    width: "fill",
    cell: ({ egress, failing }) => (
      <>
        <a href={toEgresses({ q: egress })}>{egress}</a> {failing && <Badge tone="bad">failing</Badge>}
      </>
    ),
    sortBy: ({ egress }) => egress,
  },
  {
    key: "pending",
    title: "Pending",
    align: "end",
    cell: ({ pending }) => <Count of={pending} />,
    sortBy: ({ pending }) => pending,
  },
  {
    key: "oldest",
    title: "Oldest",
    align: "end",
    wideOnly: true,
    cell: ({ oldestAt }) => (oldestAt === null ? "–" : <Since at={oldestAt} />),
  },
  {
    key: "failures",
    title: "Failed tries",
    align: "end",
    cell: ({ failures }) => <Count of={failures} />,
    sortBy: ({ failures }) => failures,
  },
];

function Egresses() {
  const egresses = useGet<EgressList>("egresses", {}, { everyMs: 5000 });
  return (
    <Panel title="Egresses">
      <Loaded of={egresses}>
        {({ egresses: all }) => (
          <Table
            label="Egresses"
            columns={egressColumns}
            rows={all}
            keyOf={({ egress }) => egress}
            empty="The runtime has no egresses."
            sortKey="egressSort"
          />
        )}
      </Loaded>
    </Panel>
  );
}

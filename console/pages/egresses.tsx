// The egresses: who takes their records, what waits for them and since when, and why the last try has failed.

import type { EgressList, ShownEgress, ShownRecord } from "../../src/runtime/admin/api/egresses.js";
import { queryOf, setQuery } from "../app/location.js";
import { useGet } from "../app/use-get.js";
import type { Column } from "../ui/columns.js";
import { Filter } from "../ui/controls.js";
import { countOf, formatBytes, formatCount } from "../ui/format.js";
import { Badge, Empty, Loaded, Notice } from "../ui/notice.js";
import { PageHead, Panel } from "../ui/page.js";
import { Table } from "../ui/table.js";
import { Ago, Since } from "../ui/time.js";
import { ValueLine } from "../ui/value.js";

const consumers: Readonly<Record<NonNullable<ShownEgress["consumer"]>, string>> = {
  function: "a function of this process",
  file: "a file",
  http: "a web server",
  playground: "the playground's server",
  several: "several consumers",
  program: "the program",
};

export function Egresses() {
  const egresses = useGet<EgressList>("egresses", {}, { everyMs: 2000 });
  const wanted = queryOf("q").toLowerCase();
  return (
    <>
      <PageHead title="Egresses" />
      <Loaded of={egresses}>
        {({ egresses: all }) => {
          const shown = all.filter(({ egress }) => egress.toLowerCase().includes(wanted)).toSorted(byTrouble);
          if (all.length === 0) return <Empty>The runtime has no egresses.</Empty>;
          return (
            <>
              <div class="filters">
                <Filter label="Filter by name" value={queryOf("q")} onInput={(q) => setQuery({ q })} />
                <span class="muted small">{countOf(shown.length, "egress", "egresses")}</span>
              </div>
              <div class="stack">
                {shown.length === 0 && <Empty>No egress has such a name.</Empty>}
                {shown.map((egress) => (
                  <Egress key={egress.egress} of={egress} />
                ))}
              </div>
            </>
          );
        }}
      </Loaded>
    </>
  );
}

/** Egresses that fail or that nobody takes records of come first, and then those for which most waits. */
function byTrouble(one: ShownEgress, other: ShownEgress): number {
  return Number(isTroubled(other)) - Number(isTroubled(one)) || other.pending - one.pending;
}

const isTroubled = ({ failing, consumer, pending }: ShownEgress) => failing || (consumer === null && pending > 0);

function Egress({ of: egress }: { readonly of: ShownEgress }) {
  const { consumer, target, pending, handedOut, bytes, oldestAt, failures, lastFailure, failing, declared } = egress;
  return (
    <Panel title={egress.egress} beside={<State of={egress} />}>
      <div class="inside stack">
        {failing && lastFailure !== null && (
          <Notice tone="bad">
            {lastFailure.message}{" "}
            <span class="muted nowrap">
              The last try: <Ago at={lastFailure.at} />
            </span>
          </Notice>
        )}
        {consumer === null && pending > 0 && (
          <Notice tone="warn">
            Nothing takes the records of this egress. Name it in the option egresses, or call runtime.egress().
          </Notice>
        )}
        {!declared && (
          <Notice tone="warn">The program does not declare this egress any more: functions can't send to it.</Notice>
        )}
        <dl class="pairs">
          <dt>Taken by</dt>
          <dd>
            {consumer === null ? "nobody" : consumers[consumer]} {target !== null && <code>{target}</code>}
          </dd>
          <dt>Waiting</dt>
          <dd>
            {countOf(pending, "record")}
            {pending > 0 && (
              <span class="muted">
                , {formatBytes(bytes)}
                {handedOut > 0 && `, ${formatCount(handedOut)} handed out`}
                {oldestAt !== null && (
                  <>
                    , the oldest for <Since at={oldestAt} />
                  </>
                )}
              </span>
            )}
          </dd>
          <dt>Failed tries</dt>
          <dd>
            {formatCount(failures)}
            {!failing && lastFailure !== null && (
              <span class="muted">
                , the last <Ago at={lastFailure.at} />: {lastFailure.message}
              </span>
            )}
          </dd>
        </dl>
      </div>
      {egress.records.length > 0 && (
        <details class="more">
          <summary>The oldest records that wait</summary>
          <Table
            label={`Records of ${egress.egress}`}
            columns={recordColumns}
            rows={egress.records}
            keyOf={({ record }) => record}
            empty=""
            sortKey=""
          />
        </details>
      )}
    </Panel>
  );
}

function State({ of: egress }: { readonly of: ShownEgress }) {
  if (egress.failing) return <Badge tone="bad">fails</Badge>;
  if (egress.consumer === null) return <Badge tone={egress.pending > 0 ? "bad" : "plain"}>nobody takes it</Badge>;
  return egress.pending > 0 ? (
    <Badge tone="warn">{countOf(egress.pending, "record waits", "records wait")}</Badge>
  ) : (
    <Badge tone="ok">idle</Badge>
  );
}

const recordColumns: readonly Column<ShownRecord>[] = [
  { key: "record", title: "Record", cell: ({ record }) => <code>{record}</code> },
  { key: "type", title: "Type", wideOnly: true, cell: ({ typename }) => <span class="muted">{typename}</span> },
  { key: "value", title: "Value", width: "fill", cell: (record) => <ValueLine of={record} /> },
];

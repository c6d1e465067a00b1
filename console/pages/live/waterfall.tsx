// What a batch caused, as a waterfall: each batch under the one that sent it a message, and when it ran.

import type { BatchSummary, CausedBatch, CausedBatches } from "../../../src/runtime/admin/api/batches.js";
import { toBatch } from "../../app/links.js";
import { useGet } from "../../app/use-get.js";
import type { Column } from "../../ui/columns.js";
import { countOf, formatMs } from "../../ui/format.js";
import { Badge, Loaded, Notice } from "../../ui/notice.js";
import { Panel } from "../../ui/page.js";
import { VirtualList } from "../../ui/virtual-list.js";
import { type TimeAxis, timeAxis } from "./time-axis.js";

interface Row {
  readonly batch: BatchSummary;
  readonly depth: number;
  readonly unseen: number;
  readonly start: number;
  readonly end: number;
}

const everyMs = 3000;
const indent = 14;
const deepest = 12;

export function Waterfall({ batch }: { readonly batch: string }) {
  const caused = useGet<CausedBatches>(`batches/${encodeURIComponent(batch)}/caused`, {}, { everyMs });
  return (
    <Loaded of={caused}>
      {({ tree, causes, more }) => {
        const rows = rowsOf(tree);
        const first = causes.at(-1);
        return (
          <Panel
            title="What it caused"
            beside={<span class="muted small">{countOf(rows.length - 1, "batch", "batches")}</span>}
            actions={first !== undefined && <a href={toBatch(first)}>From the first cause</a>}
          >
            <VirtualList
              label="What the batch caused"
              columns={columnsFor(timeAxis(rows), batch)}
              rows={rows}
              keyOf={(row) => row.batch.batch}
              empty="Nothing."
              height="60vh"
            />
            {more && <Notice>It caused more than 1,000 batches. These are the first.</Notice>}
          </Panel>
        );
      }}
    </Loaded>
  );
}

/** The tree as rows, each batch before those that it caused. */
function rowsOf(tree: CausedBatch): readonly Row[] {
  const rows: Row[] = [];
  const visit = (batch: CausedBatch, depth: number) => {
    const start = Date.parse(batch.at);
    rows.push({ batch, depth, unseen: batch.unseen, start, end: start + batch.durationMs });
    for (const each of batch.caused) visit(each, depth + 1);
  };
  visit(tree, 0);
  return rows;
}

function columnsFor(axis: TimeAxis, shown: string): readonly Column<Row>[] {
  return [
    {
      key: "address",
      title: "Batch",
      width: "minmax(150px, 360px)",
      cell: ({ batch, depth, unseen }) => (
        <span class="cut" style={{ paddingLeft: `${Math.min(depth, deepest) * indent}px` }}>
          <a href={toBatch(batch.batch)} aria-current={batch.batch === shown ? "true" : undefined}>
            {batch.function}/{batch.id}
          </a>
          {unseen > 0 && (
            <span class="muted small" title="Messages that were not handled yet, or by a batch that was not recorded">
              {" "}
              +{unseen}
            </span>
          )}
        </span>
      ),
    },
    {
      key: "types",
      title: "Types",
      width: "minmax(100px, 200px)",
      wideOnly: true,
      cell: ({ batch }) => <span class="cut muted">{batch.typenames.join(", ")}</span>,
    },
    {
      key: "when",
      title: "When",
      width: "minmax(130px, 1fr)",
      cell: ({ batch, start, end }) => {
        const left = axis.at(start);
        return (
          <span class="lane">
            {axis.cuts.map(({ at, ms }) => (
              <i
                key={at}
                class="cut-mark"
                style={{ left: `${at * 100}%` }}
                title={`${formatMs(ms)} in which nothing happened`}
              />
            ))}
            <i
              class={`bar${batch.code === null ? "" : " failed"}`}
              style={{ left: `${left * 100}%`, width: `${(axis.at(end) - left) * 100}%` }}
            />
          </span>
        );
      },
    },
    { key: "took", title: "Took", width: "88px", align: "end", cell: ({ batch }) => formatMs(batch.durationMs) },
    {
      key: "code",
      title: "Failure",
      width: "minmax(90px, 170px)",
      wideOnly: true,
      cell: ({ batch }) => batch.code !== null && <Badge tone="bad">{batch.code}</Badge>,
    },
  ];
}

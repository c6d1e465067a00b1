// The rows that a query finds: read page by page, shown as a table, saved as a file.

import { useEffect, useRef, useState } from "preact/hooks";
import type { QueryEnd, QueryPage, QueryRow } from "../../../src/runtime/admin/api/query.js";
import { type ApiError, functionPath } from "../../app/api.js";
import { download } from "../../app/download.js";
import { toAddress } from "../../app/links.js";
import { queryOf } from "../../app/location.js";
import { usePages } from "../../app/pages-of.js";
import { sayFailed } from "../../app/toasts.js";
import { type Column, sorted } from "../../ui/columns.js";
import { Button } from "../../ui/controls.js";
import { countOf, formatBytes, formatCount } from "../../ui/format.js";
import { Empty, Failure, Notice } from "../../ui/notice.js";
import { Panel } from "../../ui/page.js";
import { VirtualList } from "../../ui/virtual-list.js";

const pageSize = 200;

export interface RowsProps {
  readonly function: string;
  readonly where: string;
  readonly columns: string;
}

/** What the pages so far have said of themselves. */
interface Tally {
  readonly read: number;
  readonly failed: number;
  readonly firstFailure: QueryEnd["firstFailure"];
  readonly columns: readonly string[];
}

const nothing: Tally = { read: 0, failed: 0, firstFailure: null, columns: [] };

export function Rows({ function: name, where, columns }: RowsProps) {
  const place = `${functionPath(name)}/query`;
  const query = { where, columns };
  const tally = useRef(nothing);
  const rows = usePages<QueryPage, QueryRow>(place, { ...query, limit: pageSize }, (page) => {
    const { read, failed, firstFailure } = tally.current;
    tally.current = {
      read: read + page.read,
      failed: failed + page.failed,
      firstFailure: firstFailure ?? page.firstFailure,
      columns: page.columns,
    };
    return { items: page.rows, next: page.next };
  });
  const { items, error, loading, complete } = rows;
  const [stopped, setStopped] = useState(false);
  // A condition that is seldom true leaves many pages empty: go on until there is something to see.
  const goesOn = !loading && !complete && error === undefined && items.length < pageSize && !stopped;
  useEffect(() => {
    if (goesOn) rows.more();
  }, [goesOn]);
  const { read, failed, firstFailure } = tally.current;
  const looking = loading || goesOn;
  return (
    <Panel
      title="Addresses"
      beside={
        <span class="muted small" role="status">
          {error === undefined && `${formatCount(items.length)} found of ${countOf(read, "address", "addresses")}`}
          {looking ? " …" : !complete && error === undefined && " so far"}
        </span>
      }
      actions={
        <>
          {looking && !stopped && <Button onClick={() => setStopped(true)}>Stop</Button>}
          {!looking && !complete && error === undefined && items.length < pageSize && (
            <Button onClick={() => setStopped(false)}>Go on</Button>
          )}
          {error === undefined && <Export place={place} query={query} name={name} />}
        </>
      }
    >
      {error !== undefined && (
        <div class="inside">
          <Failure error={error} />
        </div>
      )}
      {failed > 0 && firstFailure !== null && (
        <div class="inside">
          <Notice tone="warn">
            {countOf(failed, "address", "addresses")} could not be judged. The first is{" "}
            <a href={toAddress(name, firstFailure.id)}>{firstFailure.id}</a>: {firstFailure.message}
          </Notice>
        </div>
      )}
      {items.length === 0 && looking ? (
        <Empty>Looking …</Empty>
      ) : (
        error === undefined && (
          <VirtualList
            label="Addresses"
            columns={columnsOf(name, tally.current.columns)}
            rows={sorted(items, columnsOf(name, tally.current.columns), queryOf("sort"))}
            keyOf={({ id }) => id}
            empty="No address fits the condition."
            height="calc(100vh - 200px)"
            onEnd={() => {
              if (!stopped) rows.more();
            }}
          />
        )
      )}
    </Panel>
  );
}

/** The columns of the table: the id, and the values by the texts of the query's columns. */
function columnsOf(name: string, texts: readonly string[]): readonly Column<QueryRow>[] {
  return [
    {
      key: "id",
      title: "Id",
      width: "minmax(110px, 1fr)",
      cell: ({ id }) => (
        <a class="cut" href={toAddress(name, id)} title={id}>
          {id}
        </a>
      ),
      sortBy: ({ id }) => id,
    },
    ...texts.map(
      (text, index): Column<QueryRow> => ({
        key: text,
        title: text,
        width: "minmax(90px, 1fr)",
        wideOnly: index > 1,
        cell: ({ values }) => <Value of={values[text]} />,
        sortBy: ({ values }) => sortable(values[text]),
      }),
    ),
  ];
}

function Value({ of }: { readonly of: unknown }) {
  if (of === null || of === undefined) return <span class="muted">–</span>;
  const bytes = bytesOf(of);
  if (bytes !== undefined) return <span class="muted">{formatBytes(bytes)}</span>;
  const text = typeof of === "string" ? of : JSON.stringify(of);
  return (
    <span class={typeof of === "object" ? "cut mono" : "cut"} title={text}>
      {text}
    </span>
  );
}

/** How many bytes a state has that is too large to show: the answer has their number in its place. */
function bytesOf(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 1 || !("bytes" in value))
    return undefined;
  return typeof value.bytes === "number" ? value.bytes : undefined;
}

const sortable = (value: unknown) =>
  typeof value === "number" ? value : typeof value === "string" ? value : JSON.stringify(value ?? null);

interface ExportProps {
  readonly place: string;
  readonly query: { readonly where: string; readonly columns: string };
  readonly name: string;
}

/** Saves all rows, not only those that are shown. Leaving the page stops it. */
function Export({ place, query, name }: ExportProps) {
  const running = useRef<AbortController>(undefined);
  const [busy, setBusy] = useState(false);
  useEffect(() => () => running.current?.abort(), []);
  const save = async (format: "csv" | "ndjson") => {
    const asked = new AbortController();
    running.current = asked;
    setBusy(true);
    try {
      const file = `${name.replaceAll("/", "-")}.${format}`;
      await download(place, file, { query: { ...query, format }, signal: asked.signal });
    } catch (error) {
      if (!asked.signal.aborted) sayFailed(error as ApiError);
    }
    setBusy(false);
  };
  return (
    <>
      <Button icon="download" disabled={busy} onClick={() => void save("csv")}>
        CSV
      </Button>
      <Button icon="download" disabled={busy} onClick={() => void save("ndjson")}>
        NDJSON
      </Button>
    </>
  );
}

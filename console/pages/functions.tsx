// The functions: where each is reached, what it keeps, and how much it has to do.

import type { FunctionList, ListedFunction } from "../../src/runtime/admin/api/functions.js";
import { toFunction } from "../app/links.js";
import { queryOf, setQuery } from "../app/location.js";
import { useGet } from "../app/use-get.js";
import type { Column } from "../ui/columns.js";
import { Filter, Segments } from "../ui/controls.js";
import { formatCount } from "../ui/format.js";
import { Loaded } from "../ui/notice.js";
import { PageHead } from "../ui/page.js";
import { Count, Table } from "../ui/table.js";
import { Since } from "../ui/time.js";
import { FunctionGraph } from "./function-graph.js";

const columns: readonly Column<ListedFunction>[] = [
  {
    key: "function",
    title: "Function",
    cell: ({ function: name }) => <a href={toFunction(name)}>{name}</a>,
    sortBy: ({ function: name }) => name,
  },
  {
    key: "addresses",
    title: "Addresses",
    align: "end",
    wideOnly: true,
    cell: ({ addresses, more }) => (more ? `${formatCount(addresses)}+` : <Count of={addresses} />),
    sortBy: ({ addresses }) => addresses,
  },
  {
    key: "waiting",
    title: "Waiting",
    align: "end",
    cell: ({ waiting }) => <Count of={waiting} />,
    sortBy: ({ waiting }) => waiting,
  },
  {
    key: "parked",
    title: "Parked",
    align: "end",
    cell: ({ function: name, parked }) =>
      parked === 0 ? (
        <Count of={0} />
      ) : (
        <a href={toFunction(name, { filter: "parked" })}>
          <Count of={parked} bad />
        </a>
      ),
    sortBy: ({ parked }) => parked,
  },
  {
    key: "failing",
    title: "Failing",
    align: "end",
    cell: ({ failing }) => <Count of={failing} bad />,
    sortBy: ({ failing }) => failing,
  },
  {
    key: "inFlight",
    title: "In flight",
    align: "end",
    wideOnly: true,
    cell: ({ inFlight, oldestCall }) => (
      <>
        <Count of={inFlight} />
        {oldestCall !== null && (
          <span class="muted">
            {" "}
            <Since at={oldestCall} />
          </span>
        )}
      </>
    ),
    sortBy: ({ inFlight }) => inFlight,
  },
  {
    key: "states",
    title: "States",
    wideOnly: true,
    cell: ({ states }) => (
      <span class="muted" title={states.map(({ name, typename }) => `${name}: ${typename}`).join("\n")}>
        {states.map(({ name }) => name).join(", ") || "–"}
      </span>
    ),
  },
  { key: "endpoint", title: "Endpoint", wideOnly: true, cell: ({ endpoint }) => <span class="muted">{endpoint}</span> },
];

export function Functions() {
  const drawn = queryOf("view") === "graph";
  return (
    <>
      <PageHead title="Functions">
        <Segments
          label="View"
          value={drawn ? "graph" : "table"}
          options={[
            { value: "table", text: "Table" },
            { value: "graph", text: "Graph" },
          ]}
          onChange={(view) => setQuery({ view: view === "graph" ? view : undefined, sort: undefined })}
        />
      </PageHead>
      <div class="filters">
        <Filter label="Filter by name" value={queryOf("q")} onInput={(q) => setQuery({ q })} />
      </div>
      {drawn ? <FunctionGraph wanted={queryOf("q").toLowerCase()} /> : <FunctionTable />}
    </>
  );
}

function FunctionTable() {
  const functions = useGet<FunctionList>("functions", { limit: 1000 }, { everyMs: 3000 });
  const wanted = queryOf("q").toLowerCase();
  return (
    <Loaded of={functions}>
      {({ functions: all, next }) => {
        const shown = all.filter((each) => each.function.toLowerCase().includes(wanted));
        return (
          <div class="panel">
            <Table
              label="Functions"
              columns={columns}
              rows={shown}
              keyOf={(each) => each.function}
              empty={all.length === 0 ? "No function is known yet." : "No function has such a name."}
            />
            {next !== null && <p class="empty">There are more than 1,000 functions. These are the first.</p>}
          </div>
        );
      }}
    </Loaded>
  );
}

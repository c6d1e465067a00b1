// The runs of workflows: what each waits for, or how it has ended.

import { useRef } from "preact/hooks";
import type { RunList } from "../../../src/runtime/admin/api/runs.js";
import { functionPath } from "../../app/api.js";
import { useFresh } from "../../app/fresh-pages.js";
import { toRun } from "../../app/links.js";
import { queryOf, setQuery } from "../../app/location.js";
import { usePages } from "../../app/pages-of.js";
import { type Column, sorted } from "../../ui/columns.js";
import { Button, Filter, Select } from "../../ui/controls.js";
import { countOf } from "../../ui/format.js";
import { Empty, Failure, Notice } from "../../ui/notice.js";
import { PageHead } from "../../ui/page.js";
import { Ago, Since, Until } from "../../ui/time.js";
import { VirtualList } from "../../ui/virtual-list.js";
import { StatusBadge, statuses } from "./status.js";
import { useWorkflowFunctions } from "./workflow-functions.js";

type Row = RunList["runs"][number];

const pageSize = 100;

const waits = [
  { value: "", text: "However long" },
  { value: "1m", text: "Waiting for a minute" },
  { value: "1h", text: "Waiting for an hour" },
  { value: "1d", text: "Waiting for a day" },
  { value: "7d", text: "Waiting for a week" },
] as const;

export function Runs() {
  const functions = useWorkflowFunctions();
  const chosen = queryOf("function");
  const listed = functions.names ?? [];
  const name = chosen === "" ? listed[0] : chosen;
  const names = chosen === "" || listed.includes(chosen) ? listed : [chosen, ...listed];
  return (
    <>
      <PageHead title="Runs" />
      <div class="filters">
        <Select
          label="Function"
          value={name ?? ""}
          options={names.map((each) => ({ value: each, text: each }))}
          onChange={(chosen) => setQuery({ function: chosen })}
        />
        <Select
          label="Status"
          value={queryOf("status")}
          options={statuses}
          onChange={(status) => setQuery({ status })}
        />
        <Select
          label="Waiting for"
          value={queryOf("waitingLongerThan")}
          options={waits}
          onChange={(waitingLongerThan) => setQuery({ waitingLongerThan })}
        />
        <Filter
          label="Workflow (typename)"
          value={queryOf("workflow")}
          onInput={(workflow) => setQuery({ workflow })}
        />
      </div>
      {functions.error !== undefined && (
        <div class="filters">
          <Failure error={functions.error} />
        </div>
      )}
      {name !== undefined ? (
        <RunsOf key={name} function={name} />
      ) : (
        <Empty>{functions.names === undefined ? "Loading …" : "No function of this runtime has a workflow."}</Empty>
      )}
    </>
  );
}

function RunsOf({ function: name }: { readonly function: string }) {
  const query = {
    status: queryOf("status"),
    workflow: queryOf("workflow"),
    waitingLongerThan: queryOf("waitingLongerThan"),
    limit: pageSize,
  };
  const unreadable = useRef<readonly string[]>([]);
  const runs = usePages<RunList, Row>(`${functionPath(name)}/runs`, query, (answer) => {
    unreadable.current = answer.unreadable;
    return { items: answer.runs, next: answer.next };
  });
  useFresh(runs, 3000, pageSize);
  const { items, error, loading, complete } = runs;
  const columns = columnsOf(name);
  const chosen = query.status === "" && query.workflow === "" && query.waitingLongerThan === "";
  return (
    <div class="stack">
      {error !== undefined && <Failure error={error} retry={() => runs.reload()} />}
      {unreadable.current.length > 0 && (
        <Notice tone="warn">
          A later version of the program has written the runs of{" "}
          {countOf(unreadable.current.length, "address", "addresses")}, so they can't be read:{" "}
          {unreadable.current.slice(0, 5).join(", ")}
        </Notice>
      )}
      {items.length === 0 && (loading || !complete) ? (
        <Empty>Looking … {!loading && <Button onClick={() => runs.more()}>Go on looking</Button>}</Empty>
      ) : (
        <div class="panel">
          <VirtualList
            label="Runs"
            columns={columns}
            rows={sorted(items, columns, queryOf("sort"))}
            keyOf={({ id, run }) => `${id}/${run}`}
            empty={
              chosen ? "No run goes on. Choose another status to see runs that have ended." : "There are no such runs."
            }
            onEnd={() => runs.more()}
          />
        </div>
      )}
    </div>
  );
}

function columnsOf(name: string): readonly Column<Row>[] {
  return [
    {
      key: "id",
      title: "Run at",
      width: "minmax(110px, 1fr)",
      cell: ({ id, run }) => (
        <a class="cut" href={toRun(name, id, run)} title={`${name}/${id}, run ${run}`}>
          {id}
        </a>
      ),
      sortBy: ({ id }) => id,
    },
    {
      key: "status",
      title: "Status",
      width: "minmax(96px, 0.7fr)",
      cell: (run) => <StatusBadge of={run} />,
      sortBy: ({ status }) => status,
    },
    {
      key: "waits",
      title: "Waits for, or ended with",
      width: "minmax(160px, 3fr)",
      wideOnly: true,
      cell: (run) => <Waits of={run} />,
    },
    {
      key: "workflow",
      title: "Workflow",
      width: "minmax(120px, 1fr)",
      wideOnly: true,
      cell: ({ workflow }) => <span class="muted cut">{workflow}</span>,
      sortBy: ({ workflow }) => workflow,
    },
    {
      key: "since",
      title: "Began",
      width: "100px",
      cell: ({ since }) => <Ago at={since} />,
      sortBy: ({ since }) => Date.parse(since),
    },
  ];
}

function Waits({ of: { waitsFor, error, status } }: { readonly of: Row }) {
  if (error !== null) {
    return (
      <span class="cut" title={error.message}>
        <code>{error.code}</code> <span class="muted">{error.message}</span>
      </span>
    );
  }
  const [first, ...others] = waitsFor;
  if (first === undefined) return <span class="muted">{status === "queued" ? "its turn" : "–"}</span>;
  return (
    <span class="cut" title={waitsFor.map(({ key }) => key).join("\n")}>
      <code>{first.key}</code>{" "}
      <span class="muted">
        for <Since at={first.since} />
        {first.attempts > 0 && `, ${countOf(first.attempts, "try", "tries")} failed`}
        {first.until !== null && (
          <>
            , {first.attempts > 0 ? "next try" : "ends"} <Until at={first.until} />
          </>
        )}
        {others.length > 0 && `, and ${countOf(others.length, "other")}`}
      </span>
    </span>
  );
}

// The schedules: when each is due next, what it has done, and why it can't send. Pauses, resumes and runs them.

import type { Schedule, ScheduleList } from "../../src/runtime/admin/api/schedules.js";
import { path, request } from "../app/api.js";
import { readOnly } from "../app/info.js";
import { queryOf, setQuery } from "../app/location.js";
import { sayDone, sayFailed } from "../app/toasts.js";
import { useGet } from "../app/use-get.js";
import { AddressLink } from "../ui/address-link.js";
import type { Column } from "../ui/columns.js";
import { Button, Filter } from "../ui/controls.js";
import { confirm } from "../ui/dialog.js";
import { countOf } from "../ui/format.js";
import { Badge, Loaded } from "../ui/notice.js";
import { PageHead } from "../ui/page.js";
import { Count, Table } from "../ui/table.js";
import { Ago, Since, Until } from "../ui/time.js";

type Order = "pause" | "resume" | "run";

const said: Readonly<Record<Order, string>> = { pause: "is paused", resume: "is resumed", run: "has sent its message" };

export function Schedules() {
  const schedules = useGet<ScheduleList>("schedules", {}, { everyMs: 2000 });
  const wanted = queryOf("q").toLowerCase();
  const order = async (name: string, order: Order) => {
    await request("POST", `${path`schedules/${name}`}/${order}`);
    sayDone(`${name} ${said[order]}.`);
    schedules.reload();
  };
  const columns = columnsOf((name, what) => {
    if (what !== "run") return void order(name, what).catch(sayFailed);
    const text = "The function gets the schedule's message at once. The due times stay as they are.";
    confirm({ title: `Run ${name} now?`, text, verb: "Run now", action: () => order(name, what) });
  });
  return (
    <>
      <PageHead title="Schedules" />
      <Loaded of={schedules}>
        {({ schedules: all }) => {
          const shown = all.filter((each) => `${each.schedule} ${each.function}`.toLowerCase().includes(wanted));
          return (
            <>
              <div class="filters">
                <Filter label="Filter by name or function" value={queryOf("q")} onInput={(q) => setQuery({ q })} />
                <span class="muted small">{countOf(shown.length, "schedule")}</span>
              </div>
              <div class="panel">
                <Table
                  label="Schedules"
                  columns={columns}
                  rows={shown}
                  keyOf={(each) => each.schedule}
                  empty={all.length === 0 ? "The runtime has no schedules." : "No schedule has such a name."}
                />
              </div>
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function columnsOf(order: (name: string, order: Order) => void): readonly Column<Schedule>[] {
  return [
    {
      key: "schedule",
      title: "Schedule",
      cell: (each) => (
        <>
          <strong>{each.schedule}</strong>
          <div class="muted small">
            <code>{each.cron}</code> {each.timezone}
          </div>
          {each.failure !== null && (
            <div class="small fault">
              {each.failure.code}: {each.failure.reason}
            </div>
          )}
        </>
      ),
      sortBy: ({ schedule }) => schedule,
    },
    { key: "target", title: "Sends to", wideOnly: true, cell: (each) => <AddressLink of={each} /> },
    {
      key: "next",
      title: "Next",
      cell: (each) => <Next of={each} />,
      sortBy: ({ nextAt }) => (nextAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(nextAt)),
    },
    {
      key: "last",
      title: "Last",
      wideOnly: true,
      cell: ({ last }) =>
        last === null ? (
          <span class="muted">never</span>
        ) : (
          <>
            <Ago at={last.at} />
            {last.run !== "due" && <span class="muted small"> {last.run}</span>}
          </>
        ),
      sortBy: ({ last }) => (last === null ? 0 : Date.parse(last.at)),
    },
    {
      key: "sent",
      title: "Sent",
      align: "end",
      wideOnly: true,
      cell: ({ sent }) => <Count of={sent} />,
      sortBy: ({ sent }) => sent,
    },
    {
      key: "missed",
      title: "Missed",
      align: "end",
      wideOnly: true,
      cell: ({ missed }) => <Count of={missed} />,
      sortBy: ({ missed }) => missed,
    },
    {
      key: "actions",
      title: "Actions",
      align: "end",
      cell: ({ schedule, pausedAt }) =>
        !readOnly() && (
          <span class="row-actions">
            {pausedAt === null ? (
              <Button icon="pause" label={`Pause ${schedule}`} onClick={() => order(schedule, "pause")} />
            ) : (
              <Button icon="reload" label={`Resume ${schedule}`} onClick={() => order(schedule, "resume")} />
            )}
            <Button icon="play" label={`Run ${schedule} now`} onClick={() => order(schedule, "run")} />
          </span>
        ),
    },
  ];
}

function Next({ of: { pausedAt, nextAt, failure } }: { readonly of: Schedule }) {
  if (pausedAt !== null) {
    return (
      <>
        <Badge tone="warn">paused</Badge>{" "}
        <span class="muted small">
          for <Since at={pausedAt} />
        </span>
      </>
    );
  }
  return (
    <>
      {failure !== null && <Badge tone="bad">fails</Badge>} {nextAt !== null && <Until at={nextAt} />}
    </>
  );
}

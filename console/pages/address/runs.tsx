// The runs of workflows at an address, with what each has done.

import type { OneAddress } from "../../../src/runtime/admin/api/addresses.js";
import type { RunDetails, RunsCancelled, RunsOfAddress } from "../../../src/runtime/admin/api/runs.js";
import { path as pathOf, request } from "../../app/api.js";
import { readOnly } from "../../app/info.js";
import { toRun } from "../../app/links.js";
import { sayDone } from "../../app/toasts.js";
import { useGet } from "../../app/use-get.js";
import { Button } from "../../ui/controls.js";
import { confirm } from "../../ui/dialog.js";
import { Loaded } from "../../ui/notice.js";
import { Panel } from "../../ui/page.js";
import { Ago } from "../../ui/time.js";
import { StatusBadge } from "../runs/status.js";
import { Timeline } from "../runs/timeline.js";
import type { Shown } from "./shown.js";

const pollMs = 3000;

export function RunsOf({ address, known, path, reload }: Shown) {
  const isWorkflow = address.runs.length > 0 || (known?.workflows.length ?? 0) > 0;
  return isWorkflow ? <RunsPanel address={address} path={path} reload={reload} /> : null;
}

function RunsPanel({ address, path, reload }: Pick<Shown, "address" | "path" | "reload">) {
  const runs = useGet<RunsOfAddress>(`${path}/runs`, {}, { everyMs: pollMs });
  const changed = () => {
    runs.reload();
    reload();
  };
  return (
    <Panel title="Runs">
      <Loaded of={runs}>
        {({ runs: all, unreceived }) => (
          <>
            {all.length === 0 && <p class="empty">No run has begun here.</p>}
            {all.map((run) => (
              <Run key={run.run} run={run} address={address} path={path} onChanged={changed} />
            ))}
            {unreceived.length > 0 && (
              <p class="muted small inside-text">
                No run has received yet: {unreceived.map(({ typename }) => typename).join(", ")}
              </p>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

interface RunProps {
  readonly run: RunDetails;
  readonly address: OneAddress;
  readonly path: string;
  readonly onChanged: () => void;
}

function Run({ run, address, path, onChanged }: RunProps) {
  const cancel = () =>
    confirm({
      title: "Cancel the run?",
      text: "The run is told that it is cancelled, and may still do something to end well.",
      verb: "Cancel the run",
      danger: true,
      action: async () => {
        await request<RunsCancelled>("POST", `${path}${pathOf`/runs/${run.run}`}/cancel`);
        sayDone("The cancellation is on its way.");
        onChanged();
      },
    });
  return (
    <div class="entry">
      <div class="entry-head">
        <a href={toRun(address.function, address.id, run.run)}>{run.workflow}</a>
        <StatusBadge of={run} />
        <span class="muted small">
          <Ago at={run.since} />
        </span>
        <div class="end">
          {run.endedAt === null && !readOnly() && (
            <Button kind="danger" onClick={cancel}>
              Cancel
            </Button>
          )}
        </div>
      </div>
      {run.error !== null && (
        <p class="fault">
          <code>{run.error.code}</code> {run.error.message}
        </p>
      )}
      <Timeline of={run} />
    </div>
  );
}

// One run of a workflow: what it has done, as a timeline, and what it waits for. Cancels it.

import { useState } from "preact/hooks";
import type { OneRun, RunsCancelled } from "../../../src/runtime/admin/api/runs.js";
import { addressPath, request } from "../../app/api.js";
import { now } from "../../app/clock.js";
import { closeDialog, openDialog } from "../../app/dialogs.js";
import { readOnly } from "../../app/info.js";
import { toRuns } from "../../app/links.js";
import type { PageProps } from "../../app/page-props.js";
import { sayDone } from "../../app/toasts.js";
import { useAttempt } from "../../app/use-attempt.js";
import { useGet } from "../../app/use-get.js";
import { AddressLink, AddressText } from "../../ui/address-link.js";
import { Button, TextField } from "../../ui/controls.js";
import { Dialog } from "../../ui/dialog.js";
import { formatMs } from "../../ui/format.js";
import { Failure, Loaded, Notice } from "../../ui/notice.js";
import { PageHead, Panel } from "../../ui/page.js";
import { Ago, Instant } from "../../ui/time.js";
import { MetadataList } from "../../ui/value.js";
import { ValueBlock } from "../../ui/value-block.js";
import { StatusBadge } from "./status.js";
import { Timeline } from "./timeline.js";

const ended = ["completed", "failed", "cancelled", "restarted"];

export function Run({ params: { function: name = "", id = "", run = "" } }: PageProps) {
  const place = `${addressPath(name, id)}/runs/${encodeURIComponent(run)}`;
  const details = useGet<OneRun>(place, {}, { everyMs: 2000 });
  const { data } = details;
  const canCancel = data !== undefined && !data.cancelled && !ended.includes(data.status);
  return (
    <>
      <PageHead
        title={id}
        tab={`Run of ${id}`}
        above={[{ text: `Runs of ${name}`, href: toRuns({ function: name }) }]}
        beside={data !== undefined && <StatusBadge of={data} />}
      >
        {canCancel && !readOnly() && (
          <Button kind="danger" onClick={() => openDialog(<Cancel place={place} onDone={() => details.reload()} />)}>
            Cancel the run
          </Button>
        )}
      </PageHead>
      <Loaded of={details}>{(shown) => <Shown of={shown} />}</Loaded>
    </>
  );
}

function Shown({ of: run }: { readonly of: OneRun }) {
  const lastedMs = (run.endedAt === null ? now.value : Date.parse(run.endedAt)) - Date.parse(run.since);
  return (
    <div class="stack">
      {run.error !== null && (
        <Notice tone={run.status === "cancelled" ? "warn" : "bad"} code={run.error.code}>
          {run.error.message}
        </Notice>
      )}
      <Panel title="Timeline">
        <Timeline of={run} />
      </Panel>
      <div class="columns">
        <Panel title="The run" padded>
          <dl class="pairs">
            <dt>Address</dt>
            <dd>
              <AddressLink of={run} />
            </dd>
            <dt>Run</dt>
            <dd>
              <code>{run.run}</code>
            </dd>
            <dt>Workflow</dt>
            <dd>
              <code>{run.workflow}</code>
            </dd>
            <dt>Answers to</dt>
            <dd>{run.caller === null ? "nobody" : <AddressText text={run.caller} />}</dd>
            <dt>{run.status === "queued" ? "Came" : "Began"}</dt>
            <dd>
              <Instant at={run.since} />{" "}
              <span class="muted">
                <Ago at={run.since} />
              </span>
            </dd>
            {run.endedAt !== null && (
              <>
                <dt>Ended</dt>
                <dd>
                  <Instant at={run.endedAt} />
                </dd>
              </>
            )}
            <dt>{run.endedAt === null ? "Lasts for" : "Lasted"}</dt>
            <dd>{formatMs(Math.max(0, lastedMs))}</dd>
          </dl>
        </Panel>
        {run.input !== null && (
          <Panel title="What began it" padded beside={<code class="muted">{run.input.typename}</code>}>
            <div class="stack">
              <ValueBlock of={run.input} />
              <MetadataList of={run.input.metadata} />
            </div>
          </Panel>
        )}
      </div>
    </div>
  );
}

function Cancel({ place, onDone }: { readonly place: string; readonly onDone: () => void }) {
  const [reason, setReason] = useState("");
  const { busy, error, attempt } = useAttempt();
  const cancel = () =>
    attempt(async () => {
      await request<RunsCancelled>("POST", `${place}/cancel`, { query: { reason } });
      closeDialog();
      sayDone("The run is told that it is cancelled.");
      onDone();
    });
  return (
    <Dialog
      title="Cancel the run?"
      end={
        <>
          <Button onClick={closeDialog}>Let it go on</Button>
          <Button kind="danger-main" disabled={busy} onClick={cancel}>
            Cancel the run
          </Button>
        </>
      }
    >
      <p>What the run waits for fails with RUN_CANCELLED. The workflow may still undo what it has done.</p>
      <TextField
        label="Reason"
        hint="The workflow sees it. May be empty."
        value={reason}
        onInput={setReason}
        autofocus
      />
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}

// An action over many things: first a preview of what it changes, then its progress, page by page. Cancel stops between two pages.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../app/api.js";
import { closeDialog, openDialog } from "../app/dialogs.js";
import { sayDone } from "../app/toasts.js";
import { Button } from "./controls.js";
import { Dialog } from "./dialog.js";
import { formatCount } from "./format.js";
import { Empty, Failure, Notice } from "./notice.js";

/** What an action would change. */
export interface SweepPreview {
  /** How many things; undefined when only counting would tell. */
  readonly total: number | undefined;
  /** The first of them, at most 20. */
  readonly first: readonly { readonly key: string; readonly shown: ComponentChildren }[];
}

/** What one page of an action has changed. */
export interface SweepStep<Place> {
  readonly changed: number;
  /** Where the next page begins; undefined after the last. */
  readonly next: Place | undefined;
}

export interface Sweep<Place> {
  /** "Retry parked addresses". */
  readonly title: string;
  /** "Retry". */
  readonly verb: string;
  /** What is done to each of them, and that it can't be undone if it can't. */
  readonly text: ComponentChildren;
  /** What is counted: "address", "addresses". */
  readonly noun: readonly [one: string, many: string];
  readonly danger?: boolean;
  readonly preview: (signal: AbortSignal) => Promise<SweepPreview>;
  /** Changes one page of at most 200 things. `after` is the `next` of the page before, undefined on the first. */
  readonly step: (after: Place | undefined) => Promise<SweepStep<Place>>;
  /** Called at the end, and when it was stopped. */
  readonly onEnd?: () => void;
}

/** Opens the dialog of an action over many things. */
export function openSweep<Place>(sweep: Sweep<Place>): void {
  openDialog(<SweepDialog sweep={sweep as Sweep<unknown>} />);
}

type Stage = "looking" | "ready" | "running" | "stopping" | "stopped" | "done" | "failed";

function SweepDialog({ sweep }: { readonly sweep: Sweep<unknown> }) {
  const { title, verb, text, noun, danger = false } = sweep;
  const [stage, setStage] = useState<Stage>("looking");
  const [preview, setPreview] = useState<SweepPreview>();
  const [changed, setChanged] = useState(0);
  const [error, setError] = useState<ApiError>();
  const stopping = useRef(false);
  const name = (count: number) => `${formatCount(count)} ${noun[count === 1 ? 0 : 1]}`;

  useEffect(() => {
    const asked = new AbortController();
    sweep.preview(asked.signal).then(
      (found) => {
        setPreview(found);
        setStage("ready");
      },
      (thrown) => {
        if (asked.signal.aborted) return;
        setError(thrown);
        setStage("failed");
      },
    );
    return () => {
      asked.abort();
      stopping.current = true; // The page has gone: no further page of the action.
    };
  }, []);

  const run = async () => {
    setStage("running");
    let count = 0;
    try {
      let after: unknown;
      do {
        const { changed, next } = await sweep.step(after);
        count += changed;
        setChanged(count);
        after = next;
      } while (after !== undefined && !stopping.current);
      setStage(after === undefined ? "done" : "stopped");
      if (after === undefined) {
        sayDone(`${verb}: ${name(count)}.`);
        closeDialog();
      }
    } catch (thrown) {
      setError(thrown as ApiError);
      setStage("failed");
    }
    sweep.onEnd?.();
  };

  const busy = stage === "running" || stage === "stopping";
  const stop = () => {
    stopping.current = true;
    setStage("stopping");
  };
  const nothing = preview !== undefined && preview.first.length === 0;
  return (
    <Dialog
      title={title}
      onClose={() => (busy ? stop() : closeDialog())}
      end={
        <>
          {busy ? (
            <Button disabled={stage === "stopping"} onClick={stop}>
              {stage === "stopping" ? "Stopping …" : "Stop"}
            </Button>
          ) : (
            <Button onClick={closeDialog}>{stage === "ready" || stage === "looking" ? "Cancel" : "Close"}</Button>
          )}
          {(stage === "ready" || stage === "looking" || busy) && (
            <Button kind={danger ? "danger-main" : "main"} disabled={stage !== "ready" || nothing} onClick={run}>
              {preview?.total === undefined ? `${verb} all` : `${verb} ${name(preview.total)}`}
            </Button>
          )}
        </>
      }
    >
      <p>{text}</p>
      {stage === "looking" && <Empty>Looking …</Empty>}
      {preview !== undefined && stage === "ready" && <Preview preview={preview} noun={noun[1]} />}
      {busy && (
        <div role="status">
          <p class="small muted">
            {name(changed)}
            {preview?.total !== undefined && ` of ${formatCount(preview.total)}`}
          </p>
          {preview?.total !== undefined && (
            <progress aria-label="Progress" max={preview.total} value={Math.min(changed, preview.total)} />
          )}
        </div>
      )}
      {stage === "stopped" && <Notice tone="warn">Stopped after {name(changed)}. The others are as they were.</Notice>}
      {error !== undefined && <Failure error={error} />}
      {stage === "failed" && changed > 0 && <p>{name(changed)} had been changed before.</p>}
    </Dialog>
  );
}

function Preview({ preview: { total, first }, noun }: { readonly preview: SweepPreview; readonly noun: string }) {
  if (first.length === 0) return <Empty>There are no such {noun}.</Empty>;
  const others = total === undefined ? undefined : total - first.length;
  return (
    <div class="panel">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <ul class="preview" tabIndex={0}>
        {first.map(({ key, shown }) => (
          <li key={key}>{shown}</li>
        ))}
      </ul>
      {(others === undefined || others > 0) && (
        <p class="muted small preview-rest">
          {others === undefined ? "and perhaps others" : `and ${formatCount(others)} others`}
        </p>
      )}
    </div>
  );
}

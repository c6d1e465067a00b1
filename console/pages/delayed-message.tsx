// One delayed message, whole, in a dialog: delivers it now, postpones it, and withdraws it.

import type { ShownDelayed } from "../../src/runtime/admin/api/delayed.js";
import { path, request } from "../app/api.js";
import { closeDialog, openDialog } from "../app/dialogs.js";
import { readOnly } from "../app/info.js";
import { sayDone } from "../app/toasts.js";
import { useAttempt } from "../app/use-attempt.js";
import { useGet } from "../app/use-get.js";
import { AddressLink, AddressText } from "../ui/address-link.js";
import { Button } from "../ui/controls.js";
import { Dialog } from "../ui/dialog.js";
import { Failure, Loaded } from "../ui/notice.js";
import { Instant, Until } from "../ui/time.js";
import { MetadataList } from "../ui/value.js";
import { ValueBlock } from "../ui/value-block.js";
import { PostponeDialog } from "./address/postpone-dialog.js";

export interface DelayedMessageProps {
  readonly of: ShownDelayed;
  /** Called after a change. */
  readonly onDone: () => void;
}

export function DelayedMessage({ of, onDone }: DelayedMessageProps) {
  const place = path`delayed/${of.key}`;
  const message = useGet<ShownDelayed>(place);
  const { busy, error, attempt } = useAttempt();

  const change = (done: string, action: () => Promise<unknown>) =>
    attempt(async () => {
      await action();
      sayDone(done);
      closeDialog();
      onDone();
    });
  const deliver = () => change("The message is delivered.", () => request("POST", `${place}/deliver`));
  const withdraw = () => change("The message is withdrawn.", () => request("DELETE", place));
  return (
    <Dialog
      title="Delayed message"
      wide
      end={
        !readOnly() && (
          <>
            {!of.own && (
              <>
                <Button kind="danger" disabled={busy} onClick={withdraw}>
                  Withdraw
                </Button>
                <Button
                  disabled={busy}
                  onClick={() => openDialog(<PostponeDialog dueAt={of.dueAt} path={place} onDone={onDone} />)}
                >
                  Postpone
                </Button>
              </>
            )}
            <Button kind="main" disabled={busy} onClick={deliver}>
              Deliver now
            </Button>
          </>
        )
      }
    >
      <dl class="pairs">
        <dt>To</dt>
        <dd>
          <AddressLink of={of} />
        </dd>
        <dt>From</dt>
        <dd>{of.caller === null ? "outside" : <AddressText text={of.caller} />}</dd>
        <dt>Due</dt>
        <dd>
          <Instant at={of.dueAt} />{" "}
          <span class="muted">
            <Until at={of.dueAt} />
          </span>
        </dd>
        <dt>Cancellation token</dt>
        <dd>{of.cancellationToken === null ? "none" : <code>{of.cancellationToken}</code>}</dd>
        <dt>Type</dt>
        <dd>
          <code>{of.typename}</code>
        </dd>
      </dl>
      <Loaded of={message}>
        {(whole) => (
          <div class="stack">
            <ValueBlock of={whole} />
            <MetadataList of={whole.metadata} />
          </div>
        )}
      </Loaded>
      {of.own && (
        <p class="muted">
          The message belongs to a schedule or a workflow, so it can't be postponed or withdrawn by hand.
        </p>
      )}
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}

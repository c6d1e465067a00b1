// What is wrong with an address: why it is parked or fails, the stack of the last error, and the call in flight.

import { useState } from "preact/hooks";
import type { OneAddress } from "../../../src/runtime/admin/api/addresses.js";
import type { BatchError, BatchList, RecordedBatch } from "../../../src/runtime/admin/api/batches.js";
import { get, path as pathOf, request } from "../../app/api.js";
import { closeDialog, openDialog } from "../../app/dialogs.js";
import { readOnly } from "../../app/info.js";
import { sayDone, sayFailed } from "../../app/toasts.js";
import { Button, TextField } from "../../ui/controls.js";
import { confirm, Dialog } from "../../ui/dialog.js";
import { countOf } from "../../ui/format.js";
import { Notice } from "../../ui/notice.js";
import { Pre } from "../../ui/pre.js";
import { Ago, Instant, Since, Until } from "../../ui/time.js";
import type { Shown } from "./shown.js";

export function Trouble({ address, path, reload }: Shown) {
  const { parked, failing, inFlight } = address;
  return (
    <>
      {parked !== null && (
        <Notice
          tone="bad"
          code={parked.code}
          actions={!readOnly() && <MendButtons address={address} path={path} reload={reload} />}
        >
          {parked.reason}
          <p class="muted small">
            Parked <Ago at={parked.since} />, {tries(parked.attempts)}
            {parked.firstFailedAt !== null && (
              <>
                {" "}
                since <Instant at={parked.firstFailedAt} />
              </>
            )}
            . Its messages wait until somebody retries or drops them.
          </p>
          <Stack address={address} code={parked.code} at={parked.since} />
        </Notice>
      )}
      {failing !== null && (
        <Notice
          tone="bad"
          code={failing.code}
          actions={!readOnly() && <MendButtons address={address} path={path} reload={reload} />}
        >
          {failing.reason}
          <p class="muted small">
            {tries(failing.attempts)} since <Instant at={failing.firstFailedAt} />, the last{" "}
            <Ago at={failing.lastFailedAt} />. Next try{" "}
            {failing.nextTryAt === null ? "is under way" : <Until at={failing.nextTryAt} />}.
          </p>
          <Stack address={address} code={failing.code} at={failing.lastFailedAt} />
        </Notice>
      )}
      {inFlight !== null && (
        <Notice>
          A call is in flight for <Since at={inFlight.since} />, with{" "}
          {inFlight.typenames.map(({ typename, messages }) => `${messages} × ${typename}`).join(", ")}.
        </Notice>
      )}
    </>
  );
}

const tries = (attempts: number) =>
  attempts === 0 ? "no try reached the function" : `${countOf(attempts, "try", "tries")} failed`;

/** The stack of the last failure, from the batches that were recorded. */
function Stack({ address, code, at }: { readonly address: OneAddress; readonly code: string; readonly at: string }) {
  const [found, setFound] = useState<BatchError | null>();
  // Parked by hand: no batch has failed.
  if (code === "ADDRESS_PARKED") return null;
  const look = async () => {
    try {
      setFound((await lastError(address, code)) ?? null);
    } catch (error) {
      sayFailed(error);
    }
  };
  if (found === undefined) {
    return (
      <Button key={at} kind="plain" onClick={look}>
        Show the stack
      </Button>
    );
  }
  if (found === null) return <p class="muted small">The failure is no longer among the recorded batches.</p>;
  return <Pre class="stack-text">{found.stack ?? found.message}</Pre>;
}

/** Reads the error of the newest recorded batch that has failed with a code. */
async function lastError({ function: typeName, id }: OneAddress, code: string): Promise<BatchError | undefined> {
  const query = { function: typeName, id, code, limit: 1 };
  const [newest] = (await get<BatchList>("batches", query)).batches;
  if (newest === undefined) return undefined;
  const { error, messages } = await get<RecordedBatch>(pathOf`batches/${newest.batch}`);
  return messages.find((message) => message.error !== null)?.error ?? error ?? undefined;
}

interface ButtonsProps {
  readonly address: OneAddress;
  readonly path: string;
  readonly reload: () => void;
}

function MendButtons({ address, path, reload }: ButtonsProps) {
  const { waiting } = address;
  const retry = async () => {
    try {
      await request("POST", `${path}/retry`);
      sayDone("Its messages are delivered again.");
    } catch (error) {
      sayFailed(error);
    }
    reload();
  };
  const drop = (which: "first" | "all") =>
    confirm({
      title: which === "first" ? "Drop the first message?" : "Drop all messages?",
      text: `${which === "first" ? "The first waiting message is" : `All ${countOf(waiting, "waiting message")} are`} removed for good.${which === "first" ? " The others are delivered." : ""}`,
      verb: which === "first" ? "Drop it" : "Drop all",
      danger: true,
      action: async () => {
        const { dropped } = await request<{ dropped: number }>("POST", `${path}/drop`, { query: { which } });
        sayDone(`${countOf(dropped, "message")} dropped.`);
        reload();
      },
    });
  return (
    <div class="row">
      <Button icon="reload" onClick={retry}>
        Retry now
      </Button>
      <Button kind="danger" disabled={waiting === 0} onClick={() => drop("first")}>
        Drop the first
      </Button>
      {waiting > 1 && (
        <Button kind="danger" onClick={() => drop("all")}>
          Drop all
        </Button>
      )}
    </div>
  );
}

/** Parks an address that is not parked. */
export function ParkButtons(props: ButtonsProps) {
  if (props.address.parked !== null) return null;
  return (
    <Button icon="pause" onClick={() => openDialog(<ParkDialog {...props} />)}>
      Park
    </Button>
  );
}

function ParkDialog({ path, reload }: ButtonsProps) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const park = async () => {
    setBusy(true);
    try {
      await request("POST", `${path}/park`, { query: { reason } });
      sayDone("The address is parked.");
      closeDialog();
    } catch (error) {
      sayFailed(error);
      setBusy(false);
    }
    reload();
  };
  return (
    <Dialog
      title="Park the address?"
      end={
        <>
          <Button onClick={closeDialog}>Cancel</Button>
          <Button kind="main" disabled={busy} onClick={park}>
            Park
          </Button>
        </>
      }
    >
      <p>
        Its messages wait until somebody retries it. A call in flight is given up: its answer does not count, and its
        messages are delivered again.
      </p>
      <TextField
        label="Reason"
        value={reason}
        onInput={setReason}
        hint="Whoever looks at the address sees it."
        autofocus
      />
    </Dialog>
  );
}

// One address: its states, its messages, its failures, its runs and its last batches, and what can be done with each of them.

import type { OneAddress } from "../../../src/runtime/admin/api/addresses.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { addressPath, functionPath } from "../../app/api.js";
import { openDialog } from "../../app/dialogs.js";
import { readOnly } from "../../app/info.js";
import { toFunction, toFunctions } from "../../app/links.js";
import type { PageProps } from "../../app/page-props.js";
import type { Polled } from "../../app/poller.js";
import { useGet } from "../../app/use-get.js";
import { Button } from "../../ui/controls.js";
import { countOf } from "../../ui/format.js";
import { Badge, Loaded } from "../../ui/notice.js";
import { PageHead } from "../../ui/page.js";
import { Batches } from "./batches.js";
import { Delayed } from "./delayed.js";
import { Mailbox } from "./mailbox.js";
import { RunsOf } from "./runs.js";
import { SendDialog } from "./send-dialog.js";
import type { Shown } from "./shown.js";
import { States } from "./states.js";
import { ParkButtons, Trouble } from "./trouble.js";

const pollMs = 2000;

export function Address({ params: { function: typeName = "", id = "" } }: PageProps) {
  const path = addressPath(typeName, id);
  const address = useGet<OneAddress>(path, {}, { everyMs: pollMs });
  const known = useGet<OneFunction>(functionPath(typeName)).data;
  const reload = () => address.reload();
  return (
    <>
      <PageHead
        title={id}
        tab={`${id} · ${typeName}`}
        above={[
          { text: "Functions", href: toFunctions() },
          { text: typeName, href: toFunction(typeName) },
        ]}
        beside={<Badges of={address} />}
      >
        {address.data !== undefined && !readOnly() && (
          <>
            <Button
              kind="main"
              onClick={() => openDialog(<SendDialog typeName={typeName} id={id} known={known} onSent={reload} />)}
            >
              Send or call
            </Button>
            <ParkButtons address={address.data} path={path} reload={reload} />
          </>
        )}
      </PageHead>
      <Loaded of={address}>
        {(data) => {
          const shown: Shown = { address: data, known, path, reload };
          return (
            <div class="stack">
              <Trouble {...shown} />
              <div class="columns">
                <div class="stack">
                  <States {...shown} />
                  <RunsOf {...shown} />
                </div>
                <div class="stack">
                  <Mailbox {...shown} />
                  <Delayed {...shown} />
                </div>
              </div>
              <Batches {...shown} />
            </div>
          );
        }}
      </Loaded>
    </>
  );
}

function Badges({ of: { data } }: { readonly of: Polled<OneAddress> }) {
  if (data === undefined) return null;
  const { parked, failing, inFlight, waiting, states, delayed } = data;
  const isEmpty = waiting + states.length + delayed.length === 0 && inFlight === null && parked === null;
  return (
    <>
      {parked !== null && <Badge tone="bad">parked</Badge>}
      {failing !== null && <Badge tone="bad">failing</Badge>}
      {inFlight !== null && <Badge tone="accent">in flight</Badge>}
      {waiting > 0 && <Badge tone="warn">{countOf(waiting, "message")} waiting</Badge>}
      {isEmpty && <Badge>holds nothing</Badge>}
    </>
  );
}

// The delayed messages of an address, with the time that is left: deliver now, postpone, cancel.

import type { DelayedList, ShownDelayed } from "../../../src/runtime/admin/api/delayed.js";
import { path as pathOf, request } from "../../app/api.js";
import { openDialog } from "../../app/dialogs.js";
import { useFreshOn } from "../../app/fresh-pages.js";
import { readOnly } from "../../app/info.js";
import { usePages } from "../../app/pages-of.js";
import { sayDone, sayFailed } from "../../app/toasts.js";
import { Button } from "../../ui/controls.js";
import { confirm } from "../../ui/dialog.js";
import { Badge } from "../../ui/notice.js";
import { Panel } from "../../ui/page.js";
import { Until } from "../../ui/time.js";
import { MetadataList } from "../../ui/value.js";
import { ValueBlock } from "../../ui/value-block.js";
import { Caller } from "./caller.js";
import { Entries } from "./entries.js";
import { PostponeDialog } from "./postpone-dialog.js";
import type { Shown } from "./shown.js";

const pageSize = 20;

export function Delayed({ address, reload }: Shown) {
  const query = { function: address.function, id: address.id, limit: pageSize };
  const list = usePages<DelayedList, ShownDelayed>("delayed", query, pageOf);
  // The page polls the address. Its next messages tell when this list has changed.
  const sign = address.delayed.map(({ dueAt, cancellationToken }) => `${dueAt} ${cancellationToken}`).join();
  useFreshOn(list, pageSize, [sign]);
  const changed = () => {
    list.reload();
    reload();
  };
  return (
    <Panel
      title="Delayed messages"
      actions={
        <Button kind="plain" icon="reload" label="Read the delayed messages again" onClick={() => list.reload()} />
      }
    >
      <Entries
        list={list}
        empty="No delayed message waits for it."
        entry={(message) => <DelayedMessage key={message.key} message={message} onChanged={changed} />}
      />
    </Panel>
  );
}

const pageOf = ({ delayed, next }: DelayedList) => ({ items: delayed, next });

function DelayedMessage({ message, onChanged }: { readonly message: ShownDelayed; readonly onChanged: () => void }) {
  const own = pathOf`delayed/${message.key}`;
  const deliver = async () => {
    try {
      await request("POST", `${own}/deliver`);
      sayDone("The message is delivered.");
    } catch (error) {
      sayFailed(error);
    }
    onChanged();
  };
  const withdraw = () =>
    confirm({
      title: "Withdraw the message?",
      text: "The message is removed for good, and is not delivered.",
      verb: "Withdraw the message",
      danger: true,
      action: async () => {
        await request("DELETE", own);
        sayDone("The message is withdrawn.");
        onChanged();
      },
    });
  return (
    <li>
      <div class="entry-head">
        <Badge tone="accent">
          <Until at={message.dueAt} />
        </Badge>
        <strong class="cut">{message.typename}</strong>
      </div>
      <ValueBlock of={message} title="Delayed message" />
      <MetadataList of={message.metadata} />
      <p class="muted small">
        <Caller of={message.caller} />
        {message.cancellationToken !== null && (
          <>
            {" "}
            · token <code>{message.cancellationToken}</code>
          </>
        )}
        {message.own && " · a timer of the runtime's own"}
      </p>
      {!readOnly() && (
        <div class="row">
          <Button icon="play" onClick={deliver}>
            Deliver now
          </Button>
          {!message.own && (
            <>
              <Button
                icon="delayed"
                onClick={() => openDialog(<PostponeDialog dueAt={message.dueAt} path={own} onDone={onChanged} />)}
              >
                Postpone
              </Button>
              <Button kind="danger" onClick={withdraw}>
                Withdraw
              </Button>
            </>
          )}
        </div>
      )}
    </li>
  );
}

// The messages that wait for an address: each may be opened, edited and dropped.

import type { MailboxPage, ShownWaiting } from "../../../src/runtime/admin/api/mailbox.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { path as pathOf, request } from "../../app/api.js";
import { openDialog } from "../../app/dialogs.js";
import { useFreshOn } from "../../app/fresh-pages.js";
import { readOnly } from "../../app/info.js";
import { usePages } from "../../app/pages-of.js";
import { sayDone } from "../../app/toasts.js";
import { Button } from "../../ui/controls.js";
import { confirm } from "../../ui/dialog.js";
import { countOf } from "../../ui/format.js";
import { Panel } from "../../ui/page.js";
import { MetadataList } from "../../ui/value.js";
import { ValueBlock } from "../../ui/value-block.js";
import { Caller } from "./caller.js";
import { Entries } from "./entries.js";
import { MessageDialog } from "./message-dialog.js";
import type { Shown } from "./shown.js";

const pageSize = 20;

export function Mailbox({ address, known, path, reload }: Shown) {
  const { waiting, inFlight } = address;
  const list = usePages<MailboxPage, ShownWaiting>(`${path}/mailbox`, { limit: pageSize }, pageOf);
  // The messages of the first page are the first to go.
  useFreshOn(list, pageSize, [waiting, inFlight?.since]);
  const changed = () => {
    list.reload();
    reload();
  };
  return (
    <Panel
      title="Mailbox"
      beside={<span class="muted small">{countOf(waiting, "message")}</span>}
      actions={<Button kind="plain" icon="reload" label="Read the mailbox again" onClick={() => list.reload()} />}
    >
      <Entries
        list={list}
        empty="No message waits."
        entry={(message) => (
          <Waiting key={message.message} message={message} known={known} path={path} onChanged={changed} />
        )}
      />
    </Panel>
  );
}

const pageOf = ({ messages, next }: MailboxPage) => ({ items: messages, next });

interface WaitingProps {
  readonly message: ShownWaiting;
  readonly known: OneFunction | undefined;
  readonly path: string;
  readonly onChanged: () => void;
}

function Waiting({ message, known, path, onChanged }: WaitingProps) {
  const own = `${path}${pathOf`/mailbox/${message.message}`}`;
  const edit = () => openDialog(<MessageDialog message={message} known={known} path={own} onSaved={onChanged} />);
  const drop = () =>
    confirm({
      title: "Drop the message?",
      text: "The message is removed for good. Whoever waits for its answer is told.",
      verb: "Drop it",
      danger: true,
      action: async () => {
        await request("DELETE", own);
        sayDone("The message is dropped.");
        onChanged();
      },
    });
  return (
    <li>
      <div class="entry-head">
        <strong class="cut">{message.typename}</strong>
        <div class="end">
          {!readOnly() && (
            <>
              <Button kind="plain" icon="edit" label={`Edit message ${message.message}`} onClick={edit} />
              <Button kind="plain" icon="trash" label={`Drop message ${message.message}`} onClick={drop} />
            </>
          )}
        </div>
      </div>
      <ValueBlock of={message} title={`Message ${message.message}`} />
      <MetadataList of={message.metadata} />
      <p class="muted small">
        message {message.message} <Caller of={message.caller} />
      </p>
    </li>
  );
}

// The messages that wait for an address: each may be opened, edited and dropped.

import { useEffect } from "preact/hooks";
import type { MailboxPage, ShownWaiting } from "../../../src/runtime/admin/api/mailbox.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { path as pathOf, request } from "../../app/api.js";
import { openDialog } from "../../app/dialogs.js";
import { readOnly } from "../../app/info.js";
import { usePages } from "../../app/pages-of.js";
import { sayDone } from "../../app/toasts.js";
import { Button } from "../../ui/controls.js";
import { confirm } from "../../ui/dialog.js";
import { countOf } from "../../ui/format.js";
import { Empty, Failure } from "../../ui/notice.js";
import { Panel } from "../../ui/page.js";
import { MetadataList } from "../../ui/value.js";
import { ValueBlock } from "../../ui/value-block.js";
import { Caller } from "./caller.js";
import { MessageDialog } from "./message-dialog.js";
import type { Shown } from "./shown.js";

const pageSize = 20;

export function Mailbox({ address, known, path, reload }: Shown) {
  const { waiting, inFlight } = address;
  const list = usePages<MailboxPage, ShownWaiting>(`${path}/mailbox`, { limit: pageSize }, pageOf);
  const { items, error, loading, complete } = list;
  // Somebody who has read further pages keeps them: the messages of the first page are the first to go.
  useEffect(() => {
    if (!list.loading && list.items.length <= pageSize) list.reload();
  }, [waiting, inFlight?.since]);
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
      {error !== undefined && <Failure error={error} retry={() => list.reload()} />}
      {items.length === 0 && error === undefined && <Empty>{loading ? "Loading …" : "No message waits."}</Empty>}
      <ol class="entries">
        {items.map((message) => (
          <Waiting key={message.message} message={message} known={known} path={path} onChanged={changed} />
        ))}
      </ol>
      {items.length > 0 && !complete && (
        <div class="more">
          <Button disabled={loading} onClick={() => list.more()}>
            Show more
          </Button>
        </div>
      )}
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

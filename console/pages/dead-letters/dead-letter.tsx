// One dead letter: its message, why it has failed, and what can be done with it.

import type { DeadLetter as Letter } from "../../../src/runtime/admin/api/dead-letters.js";
import { path, request } from "../../app/api.js";
import { openDialog } from "../../app/dialogs.js";
import { readOnly } from "../../app/info.js";
import { toDeadLetters } from "../../app/links.js";
import { go } from "../../app/location.js";
import type { PageProps } from "../../app/page-props.js";
import { sayDone } from "../../app/toasts.js";
import { useGet } from "../../app/use-get.js";
import { AddressLink, AddressText } from "../../ui/address-link.js";
import { Button } from "../../ui/controls.js";
import { confirm } from "../../ui/dialog.js";
import { Badge, Loaded } from "../../ui/notice.js";
import { PageHead, Panel } from "../../ui/page.js";
import { Pre } from "../../ui/pre.js";
import { Stack } from "../../ui/stack.js";
import { Ago, Instant } from "../../ui/time.js";
import { MetadataList } from "../../ui/value.js";
import { ValueBlock } from "../../ui/value-block.js";
import { EditLetter } from "./edit-letter.js";

export function DeadLetter({ params: { letter: name = "" } }: PageProps) {
  const letter = useGet<Letter>(path`dead-letters/${name}`);
  const data = letter.data;
  return (
    <>
      <PageHead
        title={data === undefined ? name : `${data.function}/${data.id}`}
        tab={`Dead letter ${name}`}
        above={[{ text: "Dead letters", href: toDeadLetters() }]}
        beside={
          data !== undefined && (
            <>
              <code class="muted">{name}</code>
              <Badge tone="bad">{data.error.code}</Badge>
            </>
          )
        }
      >
        {data !== undefined && !readOnly() && <Actions of={data} onEdited={() => letter.reload()} />}
      </PageHead>
      <Loaded of={letter}>{(shown) => <Shown of={shown} />}</Loaded>
    </>
  );
}

function Actions({ of: letter, onEdited }: { readonly of: Letter; readonly onEdited: () => void }) {
  const place = path`dead-letters/${letter.letter}`;
  const address = `${letter.function}/${letter.id}`;
  const drop = () =>
    confirm({
      title: "Drop the dead letter?",
      text: "The letter is removed for good, with its message. This can't be undone.",
      verb: "Drop",
      danger: true,
      action: async () => {
        await request("DELETE", place);
        sayDone("The letter is dropped.");
        go(toDeadLetters());
      },
    });
  const resend = () =>
    confirm({
      title: "Send the message again?",
      text: `The message goes to ${address} again, and the letter is removed.`,
      verb: "Send again",
      action: async () => {
        await request("POST", `${place}/resend`);
        sayDone(`The message is sent to ${address}.`);
        go(toDeadLetters());
      },
    });
  return (
    <>
      <Button kind="danger" icon="trash" onClick={drop}>
        Drop
      </Button>
      <Button icon="edit" onClick={() => openDialog(<EditLetter of={letter} onEdited={onEdited} />)}>
        Edit
      </Button>
      <Button kind="main" onClick={resend}>
        Send again
      </Button>
    </>
  );
}

function Shown({ of: letter }: { readonly of: Letter }) {
  const { error, message } = letter;
  return (
    <div class="stack">
      <Panel title="What was sent" padded beside={<code class="muted">{message.typename}</code>}>
        <div class="stack">
          <dl class="pairs">
            <dt>To</dt>
            <dd>
              <AddressLink of={letter} />
            </dd>
            <dt>From</dt>
            <dd>{letter.caller === null ? "outside" : <AddressText text={letter.caller} />}</dd>
          </dl>
          <ValueBlock of={message} />
          <MetadataList of={message.metadata} />
        </div>
      </Panel>
      <Panel
        title="Why it failed"
        padded
        beside={error.terminal ? <Badge tone="warn">refused for good</Badge> : undefined}
      >
        <div class="stack">
          <p>{error.message}</p>
          <dl class="pairs">
            <dt>Tries</dt>
            <dd>{letter.attempts}</dd>
            <dt>First failed</dt>
            <dd>
              <Instant at={letter.firstFailedAt} />{" "}
              <span class="muted">
                <Ago at={letter.firstFailedAt} />
              </span>
            </dd>
            <dt>Last failed</dt>
            <dd>
              <Instant at={letter.lastFailedAt} />
            </dd>
            {error.status !== undefined && (
              <>
                <dt>HTTP status</dt>
                <dd>{error.status}</dd>
              </>
            )}
          </dl>
          {error.details !== undefined && <Pre class="value">{JSON.stringify(error.details, null, 2)}</Pre>}
          {error.stack !== undefined && <Stack of={error.stack} />}
        </div>
      </Panel>
    </div>
  );
}

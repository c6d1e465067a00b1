// One recorded batch: its messages, what it sent and changed, its error, and what it caused.

import type { BatchMessage, ChangedState, RecordedBatch, SentMessage } from "../../../src/runtime/admin/api/batches.js";
import { toAddress, toBatch, toEgresses, toFunction, toLive } from "../../app/links.js";
import type { PageProps } from "../../app/page-props.js";
import { useGet } from "../../app/use-get.js";
import type { Column } from "../../ui/columns.js";
import { formatCount, formatMs } from "../../ui/format.js";
import { Badge, Empty, Loaded } from "../../ui/notice.js";
import { PageHead, Panel } from "../../ui/page.js";
import { Pre } from "../../ui/pre.js";
import { Table } from "../../ui/table.js";
import { ClockTime, Instant, Until } from "../../ui/time.js";
import { lineOf, MetadataList } from "../../ui/value.js";
import { ValueBlock } from "../../ui/value-block.js";
import { Waterfall } from "./waterfall.js";

export function Batch({ params: { batch = "" } }: PageProps) {
  const recorded = useGet<RecordedBatch>(`batches/${encodeURIComponent(batch)}`);
  return (
    <>
      <Loaded of={recorded}>{(data) => <Recorded batch={data} />}</Loaded>
      {recorded.data === undefined && <PageHead title="Batch" above={[{ text: "Live", href: toLive() }]} />}
    </>
  );
}

function Recorded({ batch }: { readonly batch: RecordedBatch }) {
  const { function: name, id, at, durationMs, trace, error } = batch;
  return (
    <>
      <PageHead
        title={`${name}/${id}`}
        tab={`Batch of ${name}/${id}`}
        above={[
          { text: "Live", href: toLive() },
          { text: name, href: toFunction(name) },
        ]}
        beside={
          <span class="muted">
            <Instant at={at} /> · took {formatMs(durationMs)}
          </span>
        }
      >
        {trace !== null && <a href={toLive({ trace })}>Its trace</a>}
        <a href={toLive({ function: name, id })}>Batches of the address</a>
        <a href={toAddress(name, id)}>The address</a>
      </PageHead>
      <div class="stack">
        {error !== null && (
          <Panel title="Failure" beside={<Badge tone="bad">{error.code}</Badge>} padded>
            <p>{error.message}</p>
            {error.stack !== null && <Pre class="stack-trace">{error.stack}</Pre>}
          </Panel>
        )}
        <Waterfall batch={batch.batch} />
        <div class="columns">
          <Messages batch={batch} />
          <States states={batch.states} />
        </div>
        <Sent batch={batch} />
      </div>
    </>
  );
}

function Messages({ batch: { messages, moreMessages, error } }: { readonly batch: RecordedBatch }) {
  return (
    <Panel title="Messages" beside={<span class="muted small">{formatCount(messages.length + moreMessages)}</span>}>
      <ul class="parts">
        {messages.map((message) => (
          <li key={message.message}>
            <Message message={message} shownError={error} />
          </li>
        ))}
      </ul>
      {moreMessages > 0 && <Empty>And {formatCount(moreMessages)} more.</Empty>}
    </Panel>
  );
}

const tones = { handled: "ok", refused: "bad", failed: "warn" } as const;

interface MessageProps {
  readonly message: BatchMessage;
  /** The error that stands on the page already. */
  readonly shownError: RecordedBatch["error"];
}

function Message({ message, shownError }: MessageProps) {
  const { typename, caller, causedBy, end, error, metadata } = message;
  return (
    <>
      <p class="row">
        <strong>{typename}</strong>
        {end !== "handled" && <Badge tone={tones[end]}>{end}</Badge>}
        <span class="muted small">
          {caller === null ? "from outside" : `from ${caller}`}
          {causedBy !== null && (
            <>
              , <a href={toBatch(causedBy)}>sent by this batch</a>
            </>
          )}
        </span>
      </p>
      <ValueBlock of={message} />
      <MetadataList of={metadata} />
      {error !== null && error.message !== shownError?.message && (
        <p class="small">{`${error.code}: ${error.message}`}</p>
      )}
    </>
  );
}

function States({ states }: { readonly states: readonly ChangedState[] }) {
  return (
    <Panel title="Changed states">
      {states.length === 0 ? (
        <Empty>The batch changed no state.</Empty>
      ) : (
        <ul class="parts">
          {states.map((state) => (
            <li key={state.name}>
              <Change state={state} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** A longer value needs more than a line. */
const longestLine = 40;

function Change({ state: { name, before, after } }: { readonly state: ChangedState }) {
  const short = [before, after].every(
    (each) => each === null || ("value" in each && lineOf(each).length <= longestLine),
  );
  if (short) {
    return (
      <div class="change">
        <h3>{name}</h3>
        <span>
          {before === null ? <span class="muted">not set</span> : <code>{lineOf(before)}</code>}
          <span class="muted"> → </span>
          {after === null ? <span class="muted">deleted</span> : <code>{lineOf(after)}</code>}
        </span>
      </div>
    );
  }
  return (
    <>
      <h3>{name}</h3>
      <div class="before-after">
        <div>
          <p class="muted small">before</p>
          {before === null ? <pre class="muted">not set</pre> : <ValueBlock of={before} />}
        </div>
        <div>
          <p class="muted small">after</p>
          {after === null ? <pre class="muted">deleted</pre> : <ValueBlock of={after} />}
        </div>
      </div>
    </>
  );
}

interface SentRow {
  readonly key: string;
  readonly to: string;
  readonly egress: boolean;
  readonly typename: string;
  readonly delayed: string | null;
  readonly batch: string | null;
}

const sentColumns: readonly Column<SentRow>[] = [
  {
    key: "to",
    title: "To",
    cell: ({ to, egress }) => (egress ? <a href={toEgresses()}>egress {to}</a> : to),
    sortBy: ({ to }) => to,
  },
  {
    key: "typename",
    title: "Type",
    wideOnly: true,
    cell: ({ typename }) => typename,
    sortBy: ({ typename }) => typename,
  },
  {
    key: "delayed",
    title: "Delayed",
    cell: ({ delayed }) =>
      delayed !== null && (
        <>
          <ClockTime at={delayed} />{" "}
          <span class="muted">
            <Until at={delayed} />
          </span>
        </>
      ),
  },
  {
    key: "batch",
    title: "Handled by",
    cell: ({ batch, egress }) =>
      batch !== null ? (
        <a href={toBatch(batch)}>this batch</a>
      ) : (
        !egress && <span class="muted">not yet, or not recorded</span>
      ),
  },
];

function Sent({ batch: { sent, moreSent, egressRecords, moreRecords } }: { readonly batch: RecordedBatch }) {
  const messages = sent.map(({ target, typename, delayed, batch }: SentMessage, index): SentRow => {
    return { key: `m${index}`, to: target, egress: false, typename, delayed, batch };
  });
  const records = egressRecords.map(({ egress, typename }, index): SentRow => {
    return { key: `r${index}`, to: egress, egress: true, typename, delayed: null, batch: null };
  });
  const more = moreSent + moreRecords;
  return (
    <Panel
      title="Sent"
      beside={<span class="muted small">{formatCount(messages.length + records.length + more)}</span>}
    >
      <Table
        label="What the batch sent"
        columns={sentColumns}
        rows={[...messages, ...records]}
        keyOf={({ key }) => key}
        empty="The batch sent nothing."
        sortKey="sentSort"
      />
      {more > 0 && <Empty>And {formatCount(more)} more.</Empty>}
    </Panel>
  );
}

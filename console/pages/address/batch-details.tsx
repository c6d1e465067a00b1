// One recorded batch: its messages, its error with the stack, what it has sent, and each state before and after.

import type { HeldState } from "../../../src/runtime/admin/api/addresses.js";
import type { BatchError, BatchMessage, ChangedState, RecordedBatch } from "../../../src/runtime/admin/api/batches.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { path as pathOf } from "../../app/api.js";
import { openDialog } from "../../app/dialogs.js";
import { toBatch } from "../../app/links.js";
import { useGet } from "../../app/use-get.js";
import { testCodeOf } from "../../copy/test-code.js";
import { AddressText } from "../../ui/address-link.js";
import { Code } from "../../ui/code.js";
import { Button } from "../../ui/controls.js";
import { formatCount } from "../../ui/format.js";
import { Badge, Loaded } from "../../ui/notice.js";
import { Pre } from "../../ui/pre.js";
import { Until } from "../../ui/time.js";
import { MetadataList } from "../../ui/value.js";
import { ValueBlock } from "../../ui/value-block.js";
import { textOf } from "../../values/value-text.js";
import { Caller } from "./caller.js";
import { CopyDialog } from "./copy-dialog.js";
import { repeatedBatchOf } from "./repeated-batch.js";

export interface BatchDetailsProps {
  readonly batch: string;
  readonly known: OneFunction | undefined;
  /** The states of the address now. */
  readonly held: readonly HeldState[];
}

export function BatchDetails({ batch: name, known, held }: BatchDetailsProps) {
  const recorded = useGet<RecordedBatch>(pathOf`batches/${name}`);
  return <Loaded of={recorded}>{(batch) => <Details of={batch} known={known} held={held} />}</Loaded>;
}

interface DetailsProps extends Omit<BatchDetailsProps, "batch"> {
  readonly of: RecordedBatch;
}

function Details({ of: batch, known, held }: DetailsProps) {
  const { messages, moreMessages, sent, moreSent, egressRecords, moreRecords, states, error } = batch;
  const repeated = repeatedBatchOf(batch, known, held);
  return (
    <div class="stack batch-details">
      <div class="row">
        <a class="button" href={toBatch(batch.batch)}>
          What it caused
        </a>
        {repeated !== undefined && (
          <Button
            icon="copy"
            onClick={() =>
              openDialog(
                <CopyDialog title="The batch as a test" forms={[{ name: "Test", code: testCodeOf(repeated) }]} />,
              )
            }
          >
            Copy as a test
          </Button>
        )}
        {batch.trace !== null && <span class="muted small">trace {batch.trace}</span>}
      </div>
      {error !== null && <ErrorBlock of={error} />}
      <ol class="stack">
        {messages.map((message) => (
          <Message key={message.message} of={message} />
        ))}
      </ol>
      {moreMessages > 0 && <p class="muted small">and {formatCount(moreMessages)} other messages</p>}
      {states.map((state) => (
        <Change key={state.name} of={state} />
      ))}
      {sent.length > 0 && (
        <div>
          <h3>Sent</h3>
          <ul class="small">
            {sent.map((message, index) => (
              <li key={`${index}/${message.message}`}>
                <AddressText text={message.target} /> <span class="muted">{message.typename}</span>{" "}
                {message.delayed !== null && (
                  <Badge>
                    <Until at={message.delayed} />
                  </Badge>
                )}
                {message.batch !== null && <a href={toBatch(message.batch)}>handled</a>}
              </li>
            ))}
            {moreSent > 0 && <li class="muted">and {formatCount(moreSent)} others</li>}
          </ul>
        </div>
      )}
      {egressRecords.length > 0 && (
        <div>
          <h3>Records to egresses</h3>
          <ul class="small">
            {egressRecords.map(({ egress, typename }, index) => (
              <li key={`${index}/${egress}`}>
                {egress} <span class="muted">{typename}</span>
              </li>
            ))}
            {moreRecords > 0 && <li class="muted">and {formatCount(moreRecords)} others</li>}
          </ul>
        </div>
      )}
    </div>
  );
}

function Message({ of: message }: { readonly of: BatchMessage }) {
  return (
    <li class="stack">
      <div class="row">
        <strong>{message.typename}</strong>
        {message.end !== "handled" && <Badge tone="bad">{message.end}</Badge>}
        <span class="muted small">
          message {message.message} <Caller of={message.caller} />
          {message.causedBy !== null && (
            <>
              {" "}
              · <a href={toBatch(message.causedBy)}>sent by this batch</a>
            </>
          )}
        </span>
      </div>
      <ValueBlock of={message} title={`Message ${message.message}`} />
      <MetadataList of={message.metadata} />
      {message.error !== null && <ErrorBlock of={message.error} />}
    </li>
  );
}

function ErrorBlock({ of: { code, message, stack } }: { readonly of: BatchError }) {
  return (
    <div>
      <p class="fault">
        <code>{code}</code> {message}
      </p>
      {stack !== null && <Pre class="stack-text">{stack}</Pre>}
    </div>
  );
}

/** A state before and after: compared, when both are there as a whole. */
function Change({ of: { name, before, after } }: { readonly of: ChangedState }) {
  const old = before === null ? undefined : textOf(before);
  const next = after === null ? undefined : textOf(after);
  const isHex = old?.editing === "hex" || next?.editing === "hex";
  return (
    <div>
      <h3>
        State {name} {before === null && <Badge tone="ok">set</Badge>}{" "}
        {after === null && <Badge tone="bad">deleted</Badge>}
      </h3>
      {old !== undefined && next !== undefined ? (
        <Code
          label={`State ${name}, before and after`}
          text={next.text}
          before={old.text}
          language={isHex ? "text" : "json"}
          height="30vh"
        />
      ) : (
        <div class="stack">
          {before !== null && <ValueBlock of={before} title={`${name} before`} />}
          {after !== null && <ValueBlock of={after} title={`${name} after`} />}
        </div>
      )}
    </div>
  );
}

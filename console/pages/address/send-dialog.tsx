// Sends a message to an address or calls it, by a form made of the types that the function takes.

import { useEffect, useRef, useState } from "preact/hooks";
import type { OneAddress } from "../../../src/runtime/admin/api/addresses.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import type { ShownValue } from "../../../src/runtime/admin/api/values.js";
import { type ApiError, addressPath, get } from "../../app/api.js";
import { closeDialog, openDialog } from "../../app/dialogs.js";
import { sayDone, sayFailed } from "../../app/toasts.js";
import { Button, Segments, Select, TextField } from "../../ui/controls.js";
import { Dialog } from "../../ui/dialog.js";
import { Failure, Notice } from "../../ui/notice.js";
import { SchemaForm } from "../../ui/schema-form.js";
import { ValueBlock } from "../../ui/value-block.js";
import { ValueEditor } from "../../ui/value-editor.js";
import type { JsonSchema } from "../../values/json-schema.js";
import { faultIn, jsonText } from "../../values/value-text.js";
import { CopyDialog } from "./copy-dialog.js";
import { formsOf } from "./copy-forms.js";
import { deliver } from "./deliver.js";
import { type Draft, draftFor, otherType, typeOf } from "./draft.js";
import { namedStates } from "./repeated-batch.js";

export interface SendDialogProps {
  readonly typeName: string;
  readonly id: string;
  readonly known: OneFunction | undefined;
  readonly onSent: () => void;
  /** What the form begins with. Defaults to the first type that the function takes. */
  readonly draft?: Draft;
}

export function SendDialog(props: SendDialogProps) {
  const { typeName, id, known, onSent } = props;
  const [draft, setDraft] = useState<Draft>(() => props.draft ?? draftFor(known, known?.handlers[0]?.typename));
  const [answer, setAnswer] = useState<ShownValue | "none">();
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const leaving = useRef(new AbortController());
  useEffect(() => () => leaving.current.abort(), []);
  const change = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
  const { action, typename, value } = draft;
  const run = async () => {
    setBusy(true);
    setError(undefined);
    setAnswer(undefined);
    try {
      const answered = await deliver(addressPath(typeName, id), draft, leaving.current.signal);
      if (action === "call") setAnswer(answered ?? "none");
      else sayDone("The message is accepted.");
    } catch (thrown) {
      if (!leaving.current.signal.aborted) setError(thrown as ApiError);
    }
    setBusy(false);
    onSent();
  };
  const copy = async () => {
    try {
      const { states } = await get<OneAddress>(addressPath(typeName, id));
      const forms = formsOf({ draft, typeName, id, known, before: namedStates(states) });
      const back = () => openDialog(<SendDialog {...props} draft={draft} />);
      openDialog(<CopyDialog title={`A message to ${id}`} forms={forms} onBack={back} />);
    } catch (thrown) {
      sayFailed(thrown);
    }
  };
  const isWrong = typename === "" || faultIn(value, typename) !== undefined;
  return (
    <Dialog
      title={`Send to ${id}`}
      wide
      end={
        <>
          <span class="start">
            <Button icon="copy" disabled={isWrong} onClick={() => void copy()}>
              Copy as …
            </Button>
          </span>
          <Button onClick={closeDialog}>Close</Button>
          <Button kind="main" disabled={busy || isWrong} onClick={run}>
            {action === "call" ? "Call" : "Send"}
          </Button>
        </>
      }
    >
      <div class="row">
        <Segments
          label="What is done"
          value={action}
          options={[
            { value: "call", text: "Call" },
            { value: "send", text: "Send" },
          ]}
          onChange={(action) => change({ action })}
        />
        <Select
          label="Type of the message"
          value={known?.handlers.some((handler) => handler.typename === typename) ? typename : otherType}
          options={[
            ...(known?.handlers ?? []).map((handler) => ({
              value: handler.typename,
              text: handler.method === null ? handler.typename : `${handler.method} (${handler.typename})`,
            })),
            { value: otherType, text: "another type" },
          ]}
          onChange={(chosen) => setDraft({ ...draftFor(known, chosen), action })}
        />
      </div>
      <MessageFields draft={draft} known={known} change={change} />
      <Options draft={draft} change={change} />
      <div aria-live="polite" class="stack">
        {busy && action === "call" && <p class="muted">Waiting for the answer …</p>}
        {error !== undefined && <Failure error={error} />}
        {answer === "none" && <Notice tone="ok">The function has handled it, and answers without a value.</Notice>}
        {answer !== undefined && answer !== "none" && (
          <div>
            <h3>Answer</h3>
            <p class="muted small">{answer.typename}</p>
            <ValueBlock of={answer} title="Answer" />
          </div>
        )}
      </div>
    </Dialog>
  );
}

interface PartProps {
  readonly draft: Draft;
  readonly change: (changes: Partial<Draft>) => void;
}

function MessageFields({ draft, known, change }: PartProps & { readonly known: OneFunction | undefined }) {
  const { typename, value, view } = draft;
  const type = typeOf(known, typename);
  const schema = type?.schema as JsonSchema | null | undefined;
  const views = [
    ...(schema == null ? [] : [{ value: "form" as const, text: "Form" }]),
    ...(type?.kind === "unknown" ? [] : [{ value: "json" as const, text: "JSON" }]),
    { value: "hex" as const, text: "Bytes" },
  ];
  const choose = (view: Draft["view"]) => {
    const editing = view === "hex" ? "hex" : "json";
    change({ view, value: editing === value.editing ? value : { text: editing === "hex" ? "" : "null", editing } });
  };
  return (
    <>
      {type === undefined && (
        <TextField label="Type name" value={typename} onInput={(typename) => change({ typename })} />
      )}
      {views.length > 1 && <Segments label="Write it as" value={view} options={views} onChange={choose} />}
      {view === "form" && schema != null ? (
        <SchemaForm
          key={typename}
          label={type?.method ?? typename}
          schema={schema}
          value={parsed(value.text)}
          onChange={(changed) => change({ value: { text: jsonText(changed), editing: "json" } })}
        />
      ) : (
        <ValueEditor
          label="The message"
          value={value}
          typename={typename}
          schema={type?.schema}
          onChange={(value) => change({ value })}
          height="32vh"
        />
      )}
    </>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function Options({ draft, change }: PartProps) {
  const { action, delay, cancellationToken, metadata } = draft;
  return (
    <details class="options-of-message" open={delay + cancellationToken + metadata !== ""}>
      <summary>{action === "send" ? "Delay and metadata" : "Metadata"}</summary>
      <div class="stack">
        {action === "send" && (
          <div class="two">
            <TextField
              label="Delay"
              value={delay}
              onInput={(delay) => change({ delay })}
              hint="A number with a unit: 30s, 15m, 2h. Empty for now."
            />
            <TextField
              label="Cancellation token"
              value={cancellationToken}
              onInput={(cancellationToken) => change({ cancellationToken })}
            />
          </div>
        )}
        <TextField
          label="Metadata"
          value={metadata}
          onInput={(metadata) => change({ metadata })}
          lines={3}
          hint="One pair in a line: tenant=shop"
        />
      </div>
    </details>
  );
}

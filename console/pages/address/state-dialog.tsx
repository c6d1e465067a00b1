// Edits one state: first the value, then what changes, compared with what the state holds at that moment.

import { useState } from "preact/hooks";
import type { HeldState, StateWritten } from "../../../src/runtime/admin/api/addresses.js";
import type { ShownStateType } from "../../../src/runtime/admin/api/one-function.js";
import { ApiError, request, send } from "../../app/api.js";
import { closeDialog } from "../../app/dialogs.js";
import { sayDone } from "../../app/toasts.js";
import { useAttempt } from "../../app/use-attempt.js";
import { Code } from "../../ui/code.js";
import { Button, TextField } from "../../ui/controls.js";
import { Dialog } from "../../ui/dialog.js";
import { Failure, Notice } from "../../ui/notice.js";
import { languageOf, ValueEditor } from "../../ui/value-editor.js";
import { base64Of } from "../../values/bytes.js";
import { startOf } from "../../values/form-field.js";
import type { JsonSchema } from "../../values/json-schema.js";
import { bodyOf, faultIn, jsonText, textOf, type ValueText } from "../../values/value-text.js";

export interface StateDialogProps {
  readonly name: string;
  /** The state as the page has it; undefined when it is not set. */
  readonly held: HeldState | undefined;
  readonly type: ShownStateType | undefined;
  /** The path of the state in the admin API. */
  readonly path: string;
  readonly onSaved: () => void;
}

export function StateDialog({ name, held, type, path, onSaved }: StateDialogProps) {
  const [typename, setTypename] = useState(held?.typename ?? type?.typename ?? "");
  const [value, setValue] = useState(() => beginning(held, type));
  const [review, setReview] = useState<Review>();
  const { busy, error, attempt } = useAttempt();
  // A large value would take long to compare, and nobody reads the comparison.
  const isLarge = held !== undefined && "head" in held;
  const read = async () => (isLarge ? large : await currentText(path, typename, value.editing));
  const look = () => attempt(async () => setReview({ now: await read() }));
  const save = () =>
    attempt(async () => {
      // The function may have written the state while the comparison was read: nobody has seen then what would be lost.
      const now = await read();
      if (now !== review?.now) {
        setReview({ now });
        return;
      }
      await request<StateWritten>("PUT", path, { query: { type: typename }, ...bodyOf(value, typename) });
      sayDone(`The state ${name} is written.`);
      closeDialog();
      onSaved();
    });
  const isTyped = held !== undefined || type !== undefined;
  const isWrong = typename === "" || faultIn(value, typename) !== undefined;
  return (
    <Dialog
      title={review === undefined ? `State ${name}` : `What changes in ${name}`}
      wide
      end={
        review === undefined ? (
          <>
            <Button onClick={closeDialog}>Cancel</Button>
            <Button kind="main" disabled={busy || isWrong} onClick={look}>
              Compare
            </Button>
          </>
        ) : (
          <>
            <Button onClick={() => setReview(undefined)}>Edit again</Button>
            <Button kind="main" disabled={busy || review.now === tidy(value)} onClick={save}>
              Save
            </Button>
          </>
        )
      }
    >
      {isTyped ? (
        <p class="muted small">{typename}</p>
      ) : (
        <TextField
          label="Type"
          value={typename}
          onInput={setTypename}
          hint="The first value fixes the type of the state for ever. If the function declares another type, it can't run any more."
        />
      )}
      {review === undefined ? (
        <ValueEditor
          label={`Value of ${name}`}
          value={value}
          typename={typename}
          schema={type?.schema}
          onChange={setValue}
        />
      ) : (
        <Changes
          review={review}
          before={held === undefined ? undefined : textOf(held)?.text}
          value={value}
          name={name}
        />
      )}
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}

interface Review {
  /** What the state holds at the moment of the comparison, as text; undefined when it is not set. */
  readonly now: string | undefined | typeof large;
}

const large = Symbol("a value that is too large to compare");

interface ChangesProps {
  readonly review: Review;
  /** What the state held when the dialog was opened. */
  readonly before: string | undefined;
  readonly value: ValueText;
  readonly name: string;
}

function Changes({ review: { now }, before, value, name }: ChangesProps) {
  if (now === large) return <Notice tone="warn">The whole large value is replaced by the new one.</Notice>;
  const text = tidy(value);
  if (now === text) return <Notice>Nothing changes.</Notice>;
  return (
    <>
      {now !== before && (
        <Notice tone="warn">
          The function has written the state since you began. This compares with its newest value.
        </Notice>
      )}
      {now === undefined && <p class="muted">The state is not set now.</p>}
      <Code label={`Changes of ${name}`} text={text} before={now} language={languageOf(value.editing)} />
    </>
  );
}

/** Both sides of the comparison are laid out alike. What is saved is the text itself. */
const tidy = ({ text, editing }: ValueText) => (editing === "json" ? jsonText(JSON.parse(text)) : text);

/** The text that the editor begins with. */
function beginning(held: HeldState | undefined, type: ShownStateType | undefined): ValueText {
  const text = held === undefined ? undefined : textOf(held);
  if (text !== undefined) return text;
  if (type?.default != null && held === undefined) {
    const fallback = textOf({ ...type.default });
    if (fallback !== undefined) return fallback;
  }
  if (type?.kind === "unknown") return { text: "", editing: "hex" };
  const schema = type?.schema as JsonSchema | undefined | null;
  return { text: schema == null ? "null" : jsonText(startOf(schema, schema)), editing: "json" };
}

/** Reads the whole state, in the form in which it is edited; undefined when it is not set. */
async function currentText(path: string, typename: string, editing: ValueText["editing"]): Promise<string | undefined> {
  try {
    const response = await send("GET", path, { query: { as: editing === "json" ? "json" : "content" } });
    if (editing === "json") return jsonText(await response.json());
    const base64 = base64Of(new Uint8Array(await response.arrayBuffer()));
    return textOf({ typename: `${typename} bytes`, base64 })?.text;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

// Edits the message that a dialog is about: a waiting message, or the message of a dead letter.

import type { OneFunction } from "../../src/runtime/admin/api/one-function.js";
import type { ValueText } from "../values/value-text.js";
import { Notice } from "./notice.js";
import { ValueEditor } from "./value-editor.js";

export interface MessageEditorProps {
  readonly typename: string;
  /** The message as text; undefined when the page has only its first bytes. */
  readonly value: ValueText | undefined;
  /** The function that the message is for; undefined while it is not known. */
  readonly known: OneFunction | undefined;
  readonly onChange: (value: ValueText) => void;
}

export function MessageEditor({ typename, value, known, onChange }: MessageEditorProps) {
  return (
    <>
      <p class="muted small">{typename}</p>
      {value === undefined ? (
        <Notice tone="warn">The message is too large to be edited here.</Notice>
      ) : (
        <ValueEditor
          label="The message"
          value={value}
          typename={typename}
          schema={known?.handlers.find((handler) => handler.typename === typename)?.schema}
          onChange={onChange}
        />
      )}
    </>
  );
}

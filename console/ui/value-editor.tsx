// Edits a value as JSON, checked by its schema while somebody types, or as its bytes.

import type { JsonSchema } from "../values/json-schema.js";
import { type Editing, faultIn, type ValueText } from "../values/value-text.js";
import { Code } from "./code.js";

export interface ValueEditorProps {
  /** What is edited; it is read aloud. */
  readonly label: string;
  readonly value: ValueText;
  readonly typename: string;
  readonly schema?: object | null | undefined;
  readonly onChange: (value: ValueText) => void;
  readonly height?: string;
}

export function ValueEditor({ label, value, typename, schema, onChange, height = "45vh" }: ValueEditorProps) {
  const fault = faultIn(value, typename);
  return (
    <div class="field">
      <Code
        key={value.editing}
        label={label}
        text={value.text}
        language={languageOf(value.editing)}
        schema={(schema ?? undefined) as JsonSchema | undefined}
        onChange={(text) => onChange({ ...value, text })}
        height={height}
      />
      <span class={fault === undefined ? "hint" : "fault"} aria-live="polite">
        {fault ?? (value.editing === "hex" ? "Bytes, as two hexadecimal digits each." : "JSON.")}
      </span>
    </div>
  );
}

export const languageOf = (editing: Editing) => (editing === "json" ? "json" : "text");

// Text in an editor, or compared with another text. The editor is loaded when the first one is shown.

import { useEffect, useRef, useState } from "preact/hooks";
import type { CodeEditor } from "../editor/code-editor.js";
import type { JsonSchema } from "../values/json-schema.js";
import { Notice } from "./notice.js";

const loadEditor = () => import("../editor/code-editor.js");

export interface CodeProps {
  /** What the text is; it is read aloud. */
  readonly label: string;
  readonly text: string;
  /** Defaults to "json". */
  readonly language?: "json" | "text";
  /** Called with each change. Without it the text can only be read. */
  readonly onChange?: (text: string) => void;
  /** The schema that JSON is checked by while somebody types. */
  readonly schema?: JsonSchema | undefined;
  /** Another text: what has changed since is marked. */
  readonly before?: string | undefined;
  /** The greatest height in CSS. Defaults to "50vh". */
  readonly height?: string;
}

export function Code(props: CodeProps) {
  const { label, text, language = "json", onChange, schema, before, height = "50vh" } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | undefined>(undefined);
  const newest = useRef(props);
  newest.current = props;
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let left = false;
    loadEditor().then(
      ({ CodeEditor }) => {
        if (left || host.current === null) return;
        const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
        const { text, before } = newest.current;
        editor.current = new CodeEditor({
          root,
          text,
          label,
          language,
          readOnly: onChange === undefined,
          schema,
          before,
          onChange: (changed) => newest.current.onChange?.(changed),
        });
      },
      () => setFailed(true),
    );
    return () => {
      left = true;
      editor.current?.close();
      editor.current = undefined;
    };
  }, [language, schema, onChange === undefined]);
  useEffect(() => editor.current?.replace(text), [text]);
  useEffect(() => editor.current?.compare(before), [before]);
  if (failed) return <Notice tone="bad">The editor can't be loaded. Reload the page.</Notice>;
  return <div ref={host} class="code-editor" style={{ maxHeight: height }} />;
}

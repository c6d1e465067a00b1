// The editor for JSON and other text, and the comparison of two texts. It is loaded when a page first needs it.

import { json, jsonParseLinter } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { linter, lintGutter } from "@codemirror/lint";
import { unifiedMergeView } from "@codemirror/merge";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { minimalSetup } from "codemirror";
import type { JsonSchema } from "../values/json-schema.js";
import { schemaDiagnostics } from "./schema-lint.js";

export interface EditorOptions {
  /** The shadow root that the editor is put into. Its style sheets are constructed, which the page's policy allows. */
  readonly root: ShadowRoot;
  readonly text: string;
  /** What the editor holds; it is read aloud. */
  readonly label: string;
  readonly language: "json" | "text";
  readonly readOnly: boolean;
  /** The schema that JSON is checked by while somebody types. Defaults to none. */
  readonly schema?: JsonSchema | undefined;
  /** Another text: the editor shows what has changed since. */
  readonly before?: string | undefined;
  readonly onChange: (text: string) => void;
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--ok)" },
  { tag: tags.number, color: "var(--series-2)" },
  { tag: [tags.bool, tags.null], color: "var(--series-4)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "12.5px", maxHeight: "inherit" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", padding: "6px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { color: "var(--muted)", backgroundColor: "var(--sunken)", border: "0" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--sunken)",
    outline: "1px solid var(--line-strong)",
  },
  ".cm-tooltip": { color: "var(--text)", backgroundColor: "var(--raised)", border: "1px solid var(--line-strong)" },
  ".cm-foldPlaceholder": { color: "var(--muted)", backgroundColor: "var(--sunken)", border: "0" },
  ".cm-collapsedLines": { color: "var(--muted)", background: "var(--sunken)" },
  "&.cm-merge-b .cm-changedLine, .cm-changedLine": { backgroundColor: "var(--ok-soft)" },
  ".cm-deletedChunk": { backgroundColor: "var(--bad-soft)" },
  "&.cm-merge-b .cm-changedText, .cm-changedText": { background: "none", color: "var(--ok)", fontWeight: "650" },
  "&.cm-merge-b .cm-deletedText, .cm-deletedText": { background: "none", color: "var(--bad)", fontWeight: "650" },
});

/** An editor in the page. */
export class CodeEditor {
  readonly #view: EditorView;
  readonly #comparison = new Compartment();

  constructor({ root, text, label, language, readOnly, schema, before, onChange }: EditorOptions) {
    this.#view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          minimalSetup,
          lineNumbers(),
          bracketMatching(),
          look,
          syntaxHighlighting(colours),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
          EditorState.readOnly.of(readOnly),
          EditorView.domEventHandlers({ beforeinput: replaceSelection }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) onChange(update.state.doc.toString());
          }),
          language === "json" ? jsonParts(readOnly, schema) : [],
          this.#comparison.of(comparisonWith(before)),
        ],
      }),
    });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  /** Puts another text into the editor. */
  replace(text: string): void {
    if (text === this.text) return;
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
  }

  /** Shows what has changed since another text. */
  compare(before: string | undefined): void {
    this.#view.dispatch({ effects: this.#comparison.reconfigure(comparisonWith(before)) });
  }

  focus(): void {
    this.#view.focus();
  }

  close(): void {
    this.#view.destroy();
  }
}

/**
 * Replaces selected text by typed text. Chromium would give the typed text the colours of the selected one, in a style attribute, of
 * which the page's policy complains.
 */
function replaceSelection({ inputType, data, isComposing }: InputEvent, view: EditorView): boolean {
  const { selection, readOnly } = view.state;
  if (inputType !== "insertText" || data === null || isComposing || readOnly || selection.main.empty) return false;
  view.dispatch(view.state.replaceSelection(data), { scrollIntoView: true, userEvent: "input.type" });
  return true;
}

function jsonParts(readOnly: boolean, schema: JsonSchema | undefined): Extension {
  if (readOnly) return [json(), foldGutter()];
  const parse = jsonParseLinter();
  const check = schemaDiagnostics(schema ?? true);
  const lint = linter((view) => {
    const unreadable = parse(view);
    return unreadable.length > 0 ? unreadable : check(view.state);
  });
  return [json(), foldGutter(), lint, lintGutter()];
}

/** Long parts that are the same in both texts are folded. */
const comparisonWith = (before: string | undefined): Extension =>
  before === undefined
    ? []
    : unifiedMergeView({
        original: before,
        mergeControls: false,
        gutter: true,
        collapseUnchanged: { margin: 3, minSize: 6 },
      });

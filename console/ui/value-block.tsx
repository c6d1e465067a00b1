// A value of the admin API. A long one is cut, and opened in a dialog; of a very large one there is the head and a download.

import type { ShownValue } from "../../src/runtime/admin/api/values.js";
import { openDialog } from "../app/dialogs.js";
import { download } from "../app/download.js";
import { sayFailed } from "../app/toasts.js";
import { bytesOfBase64, hexRows } from "../values/bytes.js";
import { textOf } from "../values/value-text.js";
import { Code } from "./code.js";
import { Button } from "./controls.js";
import { Dialog } from "./dialog.js";
import { formatBytes } from "./format.js";
import { Badge } from "./notice.js";
import { Pre } from "./pre.js";

/** How much of a value stands in the page. */
const shownLength = 1_500;

export interface ValueProps {
  readonly of: ShownValue;
  /** What the value is, for the title of the dialog. Defaults to the typename. */
  readonly title?: string;
  /** The path of the admin API where the whole value can be downloaded. Defaults to none. */
  readonly download?: string | undefined;
}

export function ValueBlock({ of: value, title = value.typename, download: place }: ValueProps) {
  const whole = textOf(value);
  if (whole === undefined) return <LargeValue of={value} title={title} download={place} />;
  const { text, editing } = whole;
  if (text === "") return <span class="muted">no bytes</span>;
  if (text.length <= shownLength) return editing === "hex" ? <Hex of={value} /> : <Pre class="value">{text}</Pre>;
  return (
    <div class="cut-value">
      {editing === "hex" ? <Hex of={value} most={24} /> : <Pre class="value">{`${text.slice(0, shownLength)}…`}</Pre>}
      <Button onClick={() => openDialog(<ValueDialog value={value} title={title} />)}>
        Open all {formatBytes(text.length)}
      </Button>
    </div>
  );
}

function LargeValue({ of: value, title = value.typename, download: place }: ValueProps) {
  if (!("head" in value)) return null;
  const { head, headIs, bytes } = value;
  return (
    <div class="cut-value">
      {headIs === "text" ? (
        <Pre class="value">{`${head.slice(0, shownLength)}…`}</Pre>
      ) : (
        <Hex of={{ typename: value.typename, base64: head }} most={24} />
      )}
      <div class="row">
        <Badge tone="warn">{formatBytes(bytes)}, too large to show</Badge>
        {place !== undefined && (
          <Button icon="download" onClick={() => void downloadValue(place, title)}>
            Download
          </Button>
        )}
      </div>
    </div>
  );
}

function Hex({ of, most }: { readonly of: ShownValue; readonly most?: number }) {
  const base64 = "base64" in of ? of.base64 : String((of as { value: unknown }).value);
  const rows = hexRows(bytesOfBase64(base64));
  return (
    <Pre class="value hex">
      {rows
        .slice(0, most)
        .map(({ offset, hex, text }) => `${offset.slice(-6)}  ${hex.padEnd(47)}  ${text}`)
        .join("\n")}
    </Pre>
  );
}

function ValueDialog({ value, title }: { readonly value: ShownValue; readonly title: string }) {
  const whole = textOf(value);
  return (
    <Dialog title={title} wide>
      <p class="muted small">{value.typename}</p>
      <Code
        label={title}
        text={whole?.text ?? ""}
        language={whole?.editing === "json" ? "json" : "text"}
        height="65vh"
      />
    </Dialog>
  );
}

/** Saves a whole value as a file. */
async function downloadValue(path: string, title: string): Promise<void> {
  await download(path, `${title}.bin`).catch(sayFailed);
}

// Values of the admin API on one line, and the metadata of messages.

import type { ShownMetadata, ShownValue } from "../../src/runtime/admin/api/values.js";
import { formatBytes } from "./format.js";

/** How many characters of a value stand on one line at most; more would only slow the page down. */
const longestLine = 300;

/** A value on one line: its JSON, or how many bytes it has. */
export function lineOf(shown: ShownValue): string {
  if ("value" in shown) return cut(JSON.stringify(shown.value) ?? "null");
  if ("base64" in shown) return `${formatBytes(bytesOf(shown.base64))} of bytes`;
  const size = formatBytes(shown.bytes);
  return shown.headIs === "text" ? `${size}: ${cut(shown.head)}` : `${size} of bytes`;
}

const cut = (text: string) => (text.length > longestLine ? `${text.slice(0, longestLine)} …` : text);

/** How many bytes a text of base64 stands for. */
function bytesOf(base64: string): number {
  return (base64.length / 4) * 3 - (base64.match(/=*$/)?.[0].length ?? 0);
}

/** A value on one line, which is cut where the line ends. */
export function ValueLine({ of }: { readonly of: ShownValue }) {
  const text = lineOf(of);
  return (
    <code class="cut" title={`${of.typename}\n${text}`}>
      {text}
    </code>
  );
}

/** The metadata of a message; nothing when it has none. */
export function MetadataList({ of }: { readonly of: readonly ShownMetadata[] | undefined }) {
  if (of === undefined || of.length === 0) return null;
  return (
    <dl class="pairs">
      {of.map((pair) => (
        <div key={pair.name} class="pair">
          <dt>
            <code>{pair.name}</code>
          </dt>
          <dd>
            <code>{"value" in pair ? (pair.value ?? "(nothing)") : `${pair.base64} (base64)`}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

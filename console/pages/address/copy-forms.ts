// A draft as curl, as a program of the client and as a test.

import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { info } from "../../app/info.js";
import { clientCodeOf } from "../../copy/client-code.js";
import { type CurlTarget, curlOf } from "../../copy/curl.js";
import type { OutgoingMessage } from "../../copy/message.js";
import { type NamedState, testCodeOf } from "../../copy/test-code.js";
import { base64Of, bytesOfHex } from "../../values/bytes.js";
import type { CopyForm } from "./copy-dialog.js";
import { type Draft, delayMsOf, metadataOf, typeOf } from "./draft.js";

export interface Copied {
  readonly draft: Draft;
  readonly typeName: string;
  readonly id: string;
  readonly known: OneFunction | undefined;
  /** The states that the test begins with. */
  readonly before: readonly NamedState[];
}

/** Where the client connects to when the runtime has no ingress of its own: the default of every ingress. */
const usualIngress = "http://127.0.0.1:7070";

export function formsOf({ draft, typeName, id, known, before }: Copied): CopyForm[] {
  const message = messageOf(draft, typeName, id, known);
  const ingress = info.data?.ingress ?? null;
  return [
    { name: "curl", code: curlOf(message, targetOf(ingress)) },
    { name: "Client", code: clientCodeOf(message, ingress ?? usualIngress) },
    { name: "Test", code: testCodeOf({ functionName: typeName, id, messages: [message], before }) },
  ];
}

function messageOf(draft: Draft, functionName: string, id: string, known: OneFunction | undefined): OutgoingMessage {
  const { action, typename, value } = draft;
  const type = typeOf(known, typename);
  return {
    action,
    functionName,
    id,
    typename,
    kind: type?.kind ?? "unknown",
    method: type?.chosenByMethod === true ? type.method : null,
    content: value.editing === "hex" ? { base64: base64Of(bytesOfHex(value.text)) } : { value: JSON.parse(value.text) },
    metadata: metadataOf(draft.metadata),
    delayMs: delayMsOf(draft.delay),
    cancellationToken: draft.cancellationToken || null,
  };
}

/** The ingress when there is one, otherwise the admin server, which the page itself comes from. */
function targetOf(ingress: string | null): CurlTarget {
  if (ingress !== null) return { url: ingress, server: "ingress" };
  const url = new URL(".", location.href).href.replace(/\/$/, "");
  const tokenVariable = info.data?.tokenNeeded === true ? { tokenVariable: "STATEFUN_ADMIN_BEARER_TOKEN" } : {};
  return { url, server: "admin", ...tokenVariable };
}

// Sends the whole value of a state as a file, however large it is. No more than a small piece is made of it in one turn of the
// event loop, which others wait for.

import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { wholeBytes } from "../../model/large-value.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { jsonOf, typeIn } from "../../types/value-json.js";
import { sendBody } from "../http/sending.js";
import { encodeHeader, octetStream } from "../http/value-answer.js";
import { addressOf } from "./addressed.js";
import { choiceOf } from "./answered.js";
import type { Asked } from "./asked.js";
import { attachmentHeaders } from "./attachment.js";
import { heldState } from "./values.js";

/** So many bytes of a value become JSON at once. Three bytes are four characters of base64, so it is a multiple of three. */
const pieceBytes = 3 * 64 * 1024;

const jsonType = "application/json";

export const stateAnswers = {
  readState: async ({ engine, catalog, filled, query, response }: Asked): Promise<undefined> => {
    const as = choiceOf(query, "as", forms) ?? "packed";
    const name = filled.state as string;
    const value = await heldState(engine, await addressOf(engine, filled), name);
    await send(response, name, value, fileOf(catalog, value, as));
    return undefined;
  },
} as const;

const forms = ["packed", "content", "json"] as const;
type Form = (typeof forms)[number];

interface File {
  readonly contentType: string;
  readonly extension: string;
  readonly content: Uint8Array | string | AsyncIterable<string>;
}

/** The value in the wanted form, or its packed bytes when it has no such form. */
function fileOf(catalog: TypeCatalog, value: TypedValue, as: Form): File {
  const { value: bytes, typename } = value;
  const packed = { contentType: octetStream, extension: "bin", content: bytes };
  const find = (wanted: string) => catalog.find(wanted);
  const type = as === "packed" ? undefined : typeIn(find, typename);
  if (type === undefined) return packed;
  const content = type.contentOf(bytes);
  if (content !== undefined) {
    const own = bytes.subarray(content.start);
    if (type.form === "json") return { contentType: jsonType, extension: "json", content: own };
    if (as === "json") return { contentType: jsonType, extension: "json", content: jsonPieces(own, content.isText) };
    if (content.isText) return { contentType: "text/plain; charset=utf-8", extension: "txt", content: own };
    return { contentType: octetStream, extension: "bin", content: own };
  }
  // To decode a large value would hold the event loop for long.
  const json = as === "json" && bytes.length <= wholeBytes ? jsonOf(find, value) : undefined;
  return json === undefined ? packed : { contentType: jsonType, extension: "json", content: json };
}

/** A text, or bytes as base64, as JSON. */
async function* jsonPieces(bytes: Uint8Array, isText: boolean): AsyncIterable<string> {
  yield '"';
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const piece = bytes.subarray(start, start + pieceBytes);
    if (isText) yield JSON.stringify(decoder.decode(piece, { stream: true })).slice(1, -1);
    else yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("base64");
    await nextTurn();
  }
  yield '"';
}

async function send(response: ServerResponse, name: string, { typename }: TypedValue, file: File): Promise<void> {
  const { contentType, extension, content } = file;
  const headers = ["Statefun-Type", encodeHeader(typename), ...attachmentHeaders(`${name}.${extension}`)];
  if (typeof content === "string" || content instanceof Uint8Array) {
    sendBody(response, 200, contentType, content, headers);
    return;
  }
  response.writeHead(200, ["Content-Type", contentType, ...headers]);
  await pipeline(Readable.from(content), response).catch(() => {}); // the client has left
}

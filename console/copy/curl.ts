// A message as a command line for curl.

import type { OutgoingMessage } from "./message.js";

/** Where the command sends the message. */
export interface CurlTarget {
  /** The address of the server, without a slash at its end. */
  readonly url: string;
  /** Which server it is: the ingress of applications, or the admin server when the runtime has no ingress. */
  readonly server: "ingress" | "admin";
  /** The environment variable that holds the server's token; undefined when the server asks for none. */
  readonly tokenVariable?: string;
}

/** Writes the command. A shell of Unix runs it as it is. */
export function curlOf(message: OutgoingMessage, target: CurlTarget): string {
  const { content } = message;
  const words = ["curl"];
  // The server reads the path as it is written; curl would shorten one that has a part of dots.
  if (/^\.{1,2}$/.test(message.id)) words.push("--path-as-is");
  if (target.tokenVariable !== undefined) words.push(`-H "Authorization: Bearer $${target.tokenVariable}"`);
  for (const { name, value } of message.metadata) words.push(`-H ${quoted(metadataHeader(name, value))}`);
  const url = `${target.url}${pathOf(message, target)}${queryOf(message)}`;
  if ("base64" in content) {
    words.push("-H 'Content-Type: application/octet-stream'", "--data-binary @-", quoted(url));
    return `printf %s ${quoted(content.base64)} | base64 -d | ${words.join(" ")}`;
  }
  words.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(content.value))}`, quoted(url));
  return words.join(" ");
}

function pathOf({ action, functionName, id }: OutgoingMessage, { server }: CurlTarget): string {
  const slash = functionName.lastIndexOf("/");
  const address = [functionName.slice(0, slash), functionName.slice(slash + 1), id].map(encodeURIComponent).join("/");
  return server === "ingress" ? `/${action}/${address}` : `/addresses/${address}/${action}`;
}

function queryOf({ action, typename, delayMs, cancellationToken }: OutgoingMessage): string {
  const query = new URLSearchParams({ type: typename });
  if (action === "send" && delayMs !== null) query.set("delay", `${delayMs}ms`);
  if (action === "send" && cancellationToken !== null) query.set("cancellationToken", cancellationToken);
  return `?${query}`;
}

/** All metadata fits the one header that has names and values percent-encoded. */
const metadataHeader = (name: string, value: string) =>
  `Statefun-Metadata: ${encodeURIComponent(name)}=${encodeURIComponent(value)}`;

/** A shell takes every character between single quotes as it is, but for the quote itself. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

// A message as the body of a request.

import type { RefMessage } from "../refs/message.js";

export const octetStream = "application/octet-stream";

/** The parameters of a query that say which type the message has. Ends in "&". */
export function queryOf({ method, typename }: RefMessage): string {
  return typename === undefined
    ? `handler=${encodeURIComponent(method as string)}&`
    : `type=${encodeURIComponent(typename)}&`;
}

/** The header that says what the content is. */
export function contentHeaders({ content }: RefMessage): Record<string, string> {
  return { "Content-Type": typeof content === "string" ? "application/json" : octetStream };
}

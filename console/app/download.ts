// Saves an answer of the admin API as a file. A plain link could not: it sends no token.

import { type RequestOptions, send } from "./api.js";

/**
 * Asks a path and saves the answer's body under the name that the answer gives, otherwise under another name. Rejects with
 * ApiError, and with the signal's reason.
 */
export async function download(path: string, otherName: string, options: RequestOptions = {}): Promise<void> {
  const response = await send("GET", path, options);
  const named = response.headers.get("content-disposition") ?? "";
  const [, name, encoded] = /filename(?:="([^"]+)"|\*=UTF-8''([^;]+))/.exec(named) ?? [];
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = encoded === undefined ? (name ?? otherName) : decodeURIComponent(encoded);
  link.click();
  URL.revokeObjectURL(url);
}

// Saves an answer of the admin API as a file. A plain link could not: it sends no token.

import { type RequestOptions, send } from "./api.js";

/** Asks a path and saves the answer's body under a name. Rejects with ApiError, and with the signal's reason. */
export async function download(path: string, name: string, options: RequestOptions = {}): Promise<void> {
  const response = await send("GET", path, options);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

// The headers of an answer that a browser saves as a file.

import type { RawHeaders } from "../http/sending.js";

export function attachmentHeaders(fileName: string): RawHeaders {
  return [
    ...["Content-Disposition", `attachment; filename*=UTF-8''${encodeFileName(fileName)}`],
    // A browser must never take what somebody has stored for a page of this server.
    ...["X-Content-Type-Options", "nosniff"],
  ];
}

/** Percent-encodes what the name of a file in a header can't hold. */
function encodeFileName(name: string): string {
  return encodeURIComponent(name).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

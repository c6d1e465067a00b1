// The time of now, once a second while the page is seen: for ages and countdowns.

import { signal } from "@preact/signals";

/** Now, in milliseconds since 1970. */
export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1000);

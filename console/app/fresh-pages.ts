// Keeps the first page of a long list fresh.

import { useEffect } from "preact/hooks";
import type { Pages } from "./pages-of.js";

/**
 * Reads a list anew at a pace, while the tab is seen and only its first page was read: somebody who has scrolled further down
 * would lose their place.
 */
export function useFresh<T>(list: Pages<T>, everyMs: number, pageSize: number): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden && !list.loading && list.items.length <= pageSize) list.reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [list, everyMs, pageSize]);
}

// Keeps the first page of a long list fresh.

import { useEffect } from "preact/hooks";
import type { Pages } from "./pages-of.js";

/** Reads a list anew at a pace, while the tab is seen. See {@link refresh}. */
export function useFresh<T>(list: Pages<T>, everyMs: number, pageSize: number): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) refresh(list, pageSize);
    }, everyMs);
    return () => clearInterval(timer);
  }, [list, everyMs, pageSize]);
}

/** Reads a list anew when one of the signs has changed. See {@link refresh}. */
export function useFreshOn<T>(list: Pages<T>, pageSize: number, signs: readonly unknown[]): void {
  useEffect(() => refresh(list, pageSize), [...signs]);
}

/** Reads a list anew, if only its first page was read: somebody who has scrolled further down would lose their place. */
function refresh<T>(list: Pages<T>, pageSize: number): void {
  if (!list.loading && list.items.length <= pageSize) list.reload();
}

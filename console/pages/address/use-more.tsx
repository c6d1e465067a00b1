// Further pages behind the first one, which the page reads anew at a pace.

import { useEffect, useState } from "preact/hooks";
import type { ListPage } from "../../app/pages-of.js";
import { sayFailed } from "../../app/toasts.js";
import { ShowMore } from "../../ui/show-more.js";

export interface More<T> {
  readonly items: readonly T[];
  /** Reads the next page; null when there is none. */
  readonly button: preact.ComponentChild;
}

/** `first` is the `next` of the first page. When it changes, the further pages are forgotten: they begin elsewhere now. */
export function useMore<Answer, T>(
  first: string | null,
  read: (after: string) => Promise<Answer>,
  pageOf: (answer: Answer) => ListPage<T>,
): More<T> {
  const [pages, setPages] = useState<ListPage<T>>({ items: [], next: first });
  const [busy, setBusy] = useState(false);
  useEffect(() => setPages({ items: [], next: first }), [first]);
  const more = async (after: string) => {
    setBusy(true);
    try {
      const { items, next } = pageOf(await read(after));
      setPages((before) => (before.next === after ? { items: [...before.items, ...items], next } : before));
    } catch (error) {
      sayFailed(error);
    }
    setBusy(false);
  };
  const { items, next } = pages;
  return {
    items,
    button: next === null ? null : <ShowMore loading={busy} more={() => void more(next)} />,
  };
}

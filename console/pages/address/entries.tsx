// The entries of a panel of an address, read page by page.

import type { ComponentChildren } from "preact";
import type { Pages } from "../../app/pages-of.js";
import { Empty, Failure } from "../../ui/notice.js";
import { ShowMore } from "../../ui/show-more.js";

export interface EntriesProps<T> {
  readonly list: Pages<T>;
  /** What stands there when there is no entry. */
  readonly empty: string;
  readonly entry: (item: T) => ComponentChildren;
}

export function Entries<T>({ list, empty, entry }: EntriesProps<T>) {
  const { items, error, loading, complete } = list;
  return (
    <>
      {error !== undefined && <Failure error={error} retry={() => list.reload()} />}
      {items.length === 0 && error === undefined && <Empty>{loading ? "Loading …" : empty}</Empty>}
      <ol class="entries">{items.map(entry)}</ol>
      {items.length > 0 && !complete && <ShowMore loading={loading} more={() => list.more()} />}
    </>
  );
}

// A list of any length: only the rows in sight are in the document.

import { signal } from "@preact/signals";
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { queryOf } from "../app/location.js";
import { type Column, cellClass, Heading, sortOf } from "./columns.js";
import { Empty } from "./notice.js";

export interface VirtualListProps<Row> {
  /** What the list shows; it is read aloud. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** What stands there when there are no rows. */
  readonly empty: ComponentChildren;
  /** How many rows the whole list has, if that is known. */
  readonly total?: number;
  /** The height of the list in CSS. Defaults to what is left of the window. */
  readonly height?: string;
  /** Called when the last rows come into sight. */
  readonly onEnd?: () => void;
  readonly sortKey?: string;
  readonly isSelected?: (row: Row) => boolean;
  /** Called with whether the first row is out of sight, when that changes. */
  readonly onScrolled?: (scrolled: boolean) => void;
  /** The element that scrolls, for who wants to scroll it. */
  readonly scrollRef?: RefObject<HTMLElement | null>;
}

/** Rows are sorted by whoever calls: a list of which only some pages are read has an order of its own. */
export function VirtualList<Row>(props: VirtualListProps<Row>) {
  const { label, columns, rows, keyOf, empty, total, onEnd, sortKey = "sort", isSelected } = props;
  const own = useRef<HTMLElement>(null);
  const scroll = props.scrollRef ?? own;
  const scrolled = useRef(false);
  const virtual = useVirtual(rows.length, scroll);
  const last = virtual.items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onEnd !== undefined && last >= rows.length - 10) onEnd();
  }, [onEnd, last, rows.length]);
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  const sort = queryOf(sortKey);
  const tracks = columns.map(({ width = "minmax(80px, 1fr)", wideOnly }) => (wideOnly && isNarrow() ? "0" : width));
  const shown = tracks.filter((track) => track !== "0").join(" ");
  return (
    <section
      ref={scroll}
      class="grid-scroll"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      onScroll={() => {
        const now = (scroll.current?.scrollTop ?? 0) > 4;
        if (now !== scrolled.current) props.onScrolled?.(now);
        scrolled.current = now;
      }}
      style={{ maxHeight: props.height ?? "calc(100vh - 230px)" }}
    >
      <div role="table" aria-label={label} aria-rowcount={total ?? rows.length}>
        <div role="rowgroup" class="grid-head-group">
          <div role="row" class="grid-head" style={{ gridTemplateColumns: shown }}>
            {columns.map((column) => (
              <div
                key={column.key}
                role="columnheader"
                class={`grid-cell ${cellClass(column)}`}
                aria-sort={sortOf(column, sort)}
              >
                <Heading column={column} sortKey={sortKey} />
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" class="grid-rows" style={{ height: `${virtual.size}px` }}>
          {virtual.items.map(({ index, start, size }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <div
                key={keyOf(row)}
                role="row"
                class={`grid-row${isSelected?.(row) ? " selected" : ""}`}
                aria-rowindex={index + 2}
                style={{ height: `${size}px`, transform: `translateY(${start}px)`, gridTemplateColumns: shown }}
              >
                {columns.map((column) => (
                  <div key={column.key} role="cell" class={`grid-cell ${cellClass(column)}`}>
                    {column.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

const narrow = matchMedia("(max-width: 860px)");
const isNarrow = () => narrow.matches;

/** Binds a virtualizer to an element that scrolls, and draws the component again when other rows are in sight. */
function useVirtual(count: number, scroll: { readonly current: HTMLElement | null }) {
  const drawn = useMemo(() => signal(0), []);
  const rowHeight = useMemo(
    () => Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue("--row"), 10),
    [],
  );
  const options: VirtualizerOptions<HTMLElement, HTMLElement> = {
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => {
      drawn.value += 1;
    },
  };
  const virtualizer = useMemo(() => new Virtualizer<HTMLElement, HTMLElement>(options), []);
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  void drawn.value; // read, so that a change draws again
  return { items: virtualizer.getVirtualItems(), size: virtualizer.getTotalSize() };
}

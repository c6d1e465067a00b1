// Columns of tables and lists, and how they are sorted: by the URL's `sort`, "count" upwards and "-count" downwards.

import type { ComponentChildren } from "preact";
import { queryOf, setQuery } from "../app/location.js";
import { Icon } from "./icon.js";

export interface Column<Row> {
  /** The column's name in the URL. */
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the end. Defaults to "start". */
  readonly align?: "start" | "end";
  /** What the rows are sorted by; a column without it can't be sorted by. */
  readonly sortBy?: (row: Row) => string | number;
  /** Whether a phone leaves the column out. Defaults to false. */
  readonly wideOnly?: boolean;
  /** The width in a list (a track of a CSS grid); in a table, "fill" takes what is left. Defaults to "minmax(80px, 1fr)". */
  readonly width?: string;
}

/** The rows in the order that the URL says; undefined columns leave them as they came. */
export function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: string): readonly Row[] {
  const down = sort.startsWith("-");
  const by = columns.find(({ key }) => key === (down ? sort.slice(1) : sort))?.sortBy;
  if (by === undefined) return rows;
  const sign = down ? -1 : 1;
  return rows.toSorted((one, other) => sign * compare(by(one), by(other)));
}

function compare(one: string | number, other: string | number): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en", { numeric: true });
}

export interface HeadingProps<Row> {
  readonly column: Column<Row>;
  /** The name of the URL's value. */
  readonly sortKey: string;
}

/** The heading of a column; a button when the column can be sorted by. */
export function Heading<Row>({ column: { key, title, sortBy, align }, sortKey }: HeadingProps<Row>) {
  if (sortBy === undefined) return <>{title}</>;
  const sort = queryOf(sortKey);
  // Numbers are first sorted downwards: one looks for the largest.
  const [first, second] = align === "end" ? [`-${key}`, key] : [key, `-${key}`];
  const next = sort === first ? second : sort === second ? undefined : first;
  return (
    <button type="button" class="sort" onClick={() => setQuery({ [sortKey]: next })}>
      {title}
      <Icon name="down" size={12} />
    </button>
  );
}

/** The aria-sort of a column. */
export function sortOf<Row>({ key, sortBy }: Column<Row>, sort: string): "ascending" | "descending" | undefined {
  if (sortBy === undefined) return undefined;
  return sort === key ? "ascending" : sort === `-${key}` ? "descending" : undefined;
}

export function cellClass<Row>({ align, wideOnly, width }: Column<Row>): string {
  return [align === "end" && "end-align", wideOnly && "wide-only", width === "fill" && "fill"]
    .filter(Boolean)
    .join(" ");
}

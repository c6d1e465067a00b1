// A table of a page of rows.

import type { ComponentChildren } from "preact";
import { queryOf } from "../app/location.js";
import { type Column, cellClass, Heading, sorted, sortOf } from "./columns.js";
import { Empty } from "./notice.js";

export interface TableProps<Row> {
  /** What the table shows; it is read aloud. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** What stands there when there are no rows. */
  readonly empty: ComponentChildren;
  /** The name of the URL's value that says how the table is sorted. Defaults to "sort". */
  readonly sortKey?: string;
}

export function Table<Row>({ label, columns, rows, keyOf, empty, sortKey = "sort" }: TableProps<Row>) {
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  const sort = queryOf(sortKey);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="table-scroll" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" class={cellClass(column)} aria-sort={sortOf(column, sort)}>
                <Heading column={column} sortKey={sortKey} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(rows, columns, sort).map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.key} class={cellClass(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A count in a table: a zero is grey, and one that tells of trouble has a badge's colour. */
export function Count({ of, bad = false }: { readonly of: number; readonly bad?: boolean }) {
  if (of === 0) return <span class="zero">0</span>;
  const text = of.toLocaleString("en");
  return <span class={bad ? "badge bad" : ""}>{text}</span>;
}

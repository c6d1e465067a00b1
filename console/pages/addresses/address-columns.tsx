// The columns of the list of addresses: the id, how the address is, and states.

import type { ListedAddress } from "../../../src/runtime/admin/api/address-list.js";
import type { ShownValue } from "../../../src/runtime/admin/api/values.js";
import { toAddress } from "../../app/links.js";
import type { Column } from "../../ui/columns.js";
import { Badge } from "../../ui/notice.js";
import { Count } from "../../ui/table.js";
import { Ago, Until } from "../../ui/time.js";
import { lineOf, ValueLine } from "../../ui/value.js";
import type { Choice } from "./choice.js";

export function addressColumns({ typeName, filter }: Choice, states: readonly string[]): Column<ListedAddress>[] {
  return [
    {
      key: "id",
      title: "Id",
      width: "minmax(140px, 1.5fr)",
      cell: ({ id }) => (
        <a class="cut" href={toAddress(typeName, id)} title={id}>
          {id === "" ? "(empty)" : id}
        </a>
      ),
      sortBy: ({ id }) => id,
    },
    {
      key: "trouble",
      title: "Status",
      width: "minmax(120px, 1.2fr)",
      cell: (row) => <Trouble of={row} />,
      sortBy: ({ parked, failing }) => (parked !== null ? 2 : failing !== null ? 1 : 0),
      align: "start",
    },
    {
      key: "waiting",
      title: "Waiting",
      width: "90px",
      align: "end",
      cell: ({ waiting }) => <Count of={waiting} />,
      sortBy: ({ waiting }) => waiting,
    },
    ...(filter === "delayed" ? [delayed] : []),
    ...states.map(stateColumn),
  ];
}

const delayed: Column<ListedAddress> = {
  key: "delayed",
  title: "Delayed",
  width: "90px",
  align: "end",
  cell: ({ delayed }) => <Count of={delayed ?? 0} />,
  sortBy: ({ delayed }) => delayed ?? 0,
};

/** A state by the name "parked" is no other column's name. */
const stateColumn = (name: string): Column<ListedAddress> => ({
  key: `state.${name}`,
  title: name,
  width: "minmax(110px, 1fr)",
  wideOnly: true,
  cell: ({ columns }) => {
    const value = columns[name];
    return value == null ? <span class="muted">–</span> : <ValueLine of={value} />;
  },
  sortBy: ({ columns }) => sortValue(columns[name]),
});

/** Numbers are sorted as numbers, all else by its text. What is not set comes last. */
function sortValue(shown: ShownValue | null | undefined): string | number {
  if (shown == null) return "";
  if ("value" in shown && (typeof shown.value === "number" || typeof shown.value === "string")) return shown.value;
  return lineOf(shown);
}

function Trouble({ of: { parked, failing } }: { readonly of: ListedAddress }) {
  if (parked !== null) {
    return (
      <>
        <Badge tone="bad">parked</Badge>
        <span class="small cut">
          {parked.code} <Ago at={parked.since} />
        </span>
      </>
    );
  }
  if (failing === null) return <span class="zero">well</span>;
  return (
    <>
      <Badge tone="warn">failing</Badge>
      <span class="small cut">
        {failing.code} {failing.nextTryAt !== null && <Until at={failing.nextTryAt} />}
      </span>
    </>
  );
}

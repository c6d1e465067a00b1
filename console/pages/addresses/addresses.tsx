// The addresses of a function: a list of any length, chosen by a prefix and a filter, with columns from the states.

import { useMemo } from "preact/hooks";
import type { AddressList, ListedAddress } from "../../../src/runtime/admin/api/address-list.js";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { functionPath } from "../../app/api.js";
import { useFresh } from "../../app/fresh-pages.js";
import { toFunctions, toQuery } from "../../app/links.js";
import { queryOf, setQuery } from "../../app/location.js";
import type { PageProps } from "../../app/page-props.js";
import { type Pages, usePages } from "../../app/pages-of.js";
import { useGet } from "../../app/use-get.js";
import { sorted } from "../../ui/columns.js";
import { Button, Filter, Select } from "../../ui/controls.js";
import { formatCount } from "../../ui/format.js";
import { Failure, Loaded } from "../../ui/notice.js";
import { PageHead } from "../../ui/page.js";
import { VirtualList } from "../../ui/virtual-list.js";
import { Actions } from "./actions.js";
import { addressColumns } from "./address-columns.js";
import { type Choice, choiceOf, chosenColumns, queryFor } from "./choice.js";
import { ColumnChoice } from "./column-choice.js";
import { FunctionFacts } from "./function-facts.js";

const pageSize = 200;
const freshMs = 5000;
/** A list that is sorted is one page: what is not read yet can't be sorted with the rest. */
const sortedPageSize = 1000;

export function Addresses({ params: { function: typeName = "" } }: PageProps) {
  const known = useGet<OneFunction>(functionPath(typeName), {}, { everyMs: freshMs });
  const choice = choiceOf(typeName);
  return (
    <>
      <PageHead title={typeName} above={[{ text: "Functions", href: toFunctions() }]}>
        <a class="button" href={toQuery({ function: typeName })}>
          Query
        </a>
      </PageHead>
      <Loaded of={known}>{(data) => <FunctionFacts of={data} />}</Loaded>
      <List key={typeName} choice={choice} known={known.data} />
    </>
  );
}

const filters = [
  { value: "", text: "All addresses" },
  { value: "parked", text: "Parked" },
  { value: "failing", text: "Failing" },
  { value: "waiting", text: "With messages" },
  { value: "delayed", text: "With delayed messages" },
] as const;

function List({ choice, known }: { readonly choice: Choice; readonly known: OneFunction | undefined }) {
  const { typeName, filter } = choice;
  const sort = queryOf("sort");
  const isSorted = sort !== "";
  const after = isSorted ? queryOf("after") : "";
  const query = { ...queryFor(choice), limit: isSorted ? sortedPageSize : pageSize, after };
  const list = usePages<AddressList, ListedAddress>(`${functionPath(typeName)}/addresses`, query, pageOf);
  useFresh(list, freshMs, pageSize);
  const more = useMemo(() => () => list.more(), [list]);
  const states = chosenColumns();
  const columns = useMemo(() => addressColumns(choice, states), [typeName, filter, states.join()]);
  const rows = isSorted ? sorted(list.items.slice(0, sortedPageSize), columns, sort) : list.items;
  return (
    <>
      <div class="filters">
        <Filter
          label="Id begins with"
          value={choice.prefix}
          onInput={(prefix) => setQuery({ prefix, after: undefined })}
        />
        <Select
          label="Which addresses"
          value={filter}
          options={filters}
          onChange={(filter) => setQuery({ filter, after: undefined })}
        />
        <ColumnChoice known={known} chosen={states} />
        <span class="muted small">{countText(list)}</span>
        <div class="row end">
          <Button kind="plain" icon="reload" label="Read again" onClick={() => list.reload()} />
          <Actions choice={choice} onDone={() => list.reload()} />
        </div>
      </div>
      {list.error !== undefined && <Failure error={list.error} retry={() => list.reload()} />}
      {isSorted && <SortedPart list={list} after={after} hasParts={filter !== "delayed"} />}
      <div class="panel">
        <VirtualList
          key={`${filter} ${sort} ${after} ${choice.prefix}`} // another list begins at its top
          label={`Addresses of ${typeName}`}
          columns={columns}
          rows={rows}
          keyOf={({ id }) => id}
          empty={list.loading ? "Loading …" : emptyText(choice)}
          {...(isSorted ? {} : { onEnd: more })}
        />
      </div>
    </>
  );
}

const pageOf = ({ addresses, next }: AddressList) => ({ items: addresses, next });

function countText({ items, complete, loading }: Pages<ListedAddress>): string {
  if (complete) return formatCount(items.length) + (items.length === 1 ? " address" : " addresses");
  return loading ? "reading …" : `the first ${formatCount(items.length)}`;
}

function emptyText({ prefix, filter }: Choice): string {
  if (prefix === "" && filter === "") return "No address holds a state or a message.";
  return "No address is as you have chosen.";
}

interface SortedPartProps {
  readonly list: Pages<ListedAddress>;
  readonly after: string;
  /** Whether an id says where the next part begins. */
  readonly hasParts: boolean;
}

/** Says that only a part is sorted, and leads to the next part. */
function SortedPart({ list, after, hasParts }: SortedPartProps) {
  const last = list.items.slice(0, sortedPageSize).at(-1)?.id;
  return (
    <p class="muted small sorted-part">
      {list.complete && after === "" ? "All of them are sorted." : "Sorted within this part of the list. "}
      {after !== "" && <Button onClick={() => setQuery({ after: undefined })}>First part</Button>}{" "}
      {hasParts && !list.complete && last !== undefined && (
        <Button onClick={() => setQuery({ after: last })}>Next part</Button>
      )}{" "}
      <Button kind="plain" onClick={() => setQuery({ sort: undefined, after: undefined })}>
        In the order of the ids
      </Button>
    </p>
  );
}

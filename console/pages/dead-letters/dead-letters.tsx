// The dead letters: the messages that were set aside, the oldest first. Sends them again or drops them, by a filter.

import { useRef } from "preact/hooks";
import type { DeadLetter, DeadLetterList } from "../../../src/runtime/admin/api/dead-letters.js";
import { useFresh } from "../../app/fresh-pages.js";
import { readOnly } from "../../app/info.js";
import { toDeadLetter } from "../../app/links.js";
import { queryOf } from "../../app/location.js";
import { usePages } from "../../app/pages-of.js";
import { AddressLink } from "../../ui/address-link.js";
import { type Column, sorted } from "../../ui/columns.js";
import { Button } from "../../ui/controls.js";
import { countOf, formatCount } from "../../ui/format.js";
import { Badge, Empty, Failure } from "../../ui/notice.js";
import { PageHead } from "../../ui/page.js";
import { Ago } from "../../ui/time.js";
import { ValueLine } from "../../ui/value.js";
import { VirtualList } from "../../ui/virtual-list.js";
import { FailureFilters, failureFilter, isEmpty } from "../failures/filter.js";
import { dropLetters, resendLetters } from "../failures/sweeps.js";

const pageSize = 100;

const columns: readonly Column<DeadLetter>[] = [
  {
    key: "letter",
    title: "Letter",
    width: "110px",
    cell: ({ letter }) => (
      <a href={toDeadLetter(letter)} class="mono">
        {letter}
      </a>
    ),
    sortBy: ({ letter }) => letter,
  },
  {
    key: "address",
    title: "Address",
    width: "minmax(150px, 1fr)",
    cell: (letter) => <AddressLink of={letter} />,
    sortBy: (letter) => `${letter.function}/${letter.id}`,
  },
  {
    key: "code",
    title: "Code",
    width: "minmax(120px, 0.7fr)",
    wideOnly: true,
    cell: ({ error }) => <Badge tone="bad">{error.code}</Badge>,
    sortBy: ({ error }) => error.code,
  },
  {
    key: "message",
    title: "Message",
    width: "minmax(120px, 2fr)",
    wideOnly: true,
    cell: ({ message }) => <ValueLine of={message} />,
  },
  {
    key: "attempts",
    title: "Tries",
    width: "80px",
    align: "end",
    wideOnly: true,
    cell: ({ attempts }) => attempts,
    sortBy: ({ attempts }) => attempts,
  },
  {
    key: "failed",
    title: "Failed",
    width: "minmax(90px, 0.5fr)",
    cell: ({ lastFailedAt }) => <Ago at={lastFailedAt} />,
    sortBy: ({ lastFailedAt }) => Date.parse(lastFailedAt),
  },
];

export function DeadLetters() {
  const filter = failureFilter();
  const total = useRef(0); // all letters, not only those of the filter
  const letters = usePages<DeadLetterList, DeadLetter>("dead-letters", { ...filter, limit: pageSize }, (answer) => {
    total.current = answer.total;
    return { items: answer.letters, next: answer.next };
  });
  useFresh(letters, 5000, pageSize);
  const { items, error, loading, complete } = letters;
  const rows = sorted(items, columns, queryOf("sort"));
  const reload = () => letters.reload();
  return (
    <>
      <PageHead title="Dead letters">
        <Button kind="plain" icon="reload" label="Reload" onClick={reload} />
        {!readOnly() && items.length > 0 && (
          <>
            <Button kind="danger" onClick={() => dropLetters(filter, reload)}>
              Drop …
            </Button>
            <Button onClick={() => resendLetters(filter, reload)}>Send again …</Button>
          </>
        )}
      </PageHead>
      <div class="filters">
        <FailureFilters />
        {items.length > 0 && (
          <span class="muted small">
            {!complete && "the first "}
            {countOf(items.length, "letter")}
            {items.length < total.current && ` of ${formatCount(total.current)}`}
          </span>
        )}
      </div>
      {error !== undefined && <Failure error={error} retry={reload} />}
      {items.length === 0 && loading ? (
        <Empty>Loading …</Empty>
      ) : (
        <div class="panel">
          <VirtualList
            label="Dead letters"
            columns={columns}
            rows={rows}
            keyOf={({ letter }) => letter}
            empty={isEmpty(filter) ? "There are no dead letters." : "There are no such dead letters."}
            onEnd={() => letters.more()}
          />
        </div>
      )}
    </>
  );
}

// What fails, by its causes: each with the addresses that are parked or tried again for it, and with its dead letters.

import type { FailureGroup, FailureGroups } from "../../../src/runtime/admin/api/failures.js";
import { readOnly } from "../../app/info.js";
import { toFailure } from "../../app/links.js";
import { queryOf, setQuery } from "../../app/location.js";
import { useGet } from "../../app/use-get.js";
import type { Column } from "../../ui/columns.js";
import { Button, Filter, Segments } from "../../ui/controls.js";
import { countOf } from "../../ui/format.js";
import { FunctionFilter } from "../../ui/function-filter.js";
import { Badge, Loaded, Notice } from "../../ui/notice.js";
import { PageHead } from "../../ui/page.js";
import { Count, Table } from "../../ui/table.js";
import { Ago } from "../../ui/time.js";
import { causeOf } from "./cause.js";
import { resendLetters, retryParked } from "./sweeps.js";

const kinds = [
  { value: "", text: "All" },
  { value: "parked", text: "Parked" },
  { value: "failing", text: "Failing" },
  { value: "deadLetters", text: "Dead letters" },
] as const;

type Kind = (typeof kinds)[number]["value"];

export function Failures() {
  const groups = useGet<FailureGroups>("failures", { limit: 1000 }, { everyMs: 3000 });
  const columns = columnsOf(() => groups.reload());
  const kind = (kinds.find(({ value }) => value === queryOf("kind"))?.value ?? "") as Kind;
  const isShown = (group: FailureGroup) =>
    (kind === "" || group[kind] > 0) &&
    (queryOf("function") === "" || group.function === queryOf("function")) &&
    `${group.code} ${group.reason}`.toLowerCase().includes(queryOf("q").toLowerCase());
  return (
    <>
      <PageHead title="Failures" />
      <div class="filters">
        <Segments label="Which failures" value={kind} options={kinds} onChange={(value) => setQuery({ kind: value })} />
        <FunctionFilter />
        <Filter label="Code or reason" value={queryOf("q")} onInput={(q) => setQuery({ q })} />
        {groups.data !== undefined && (
          <span class="muted small">{countOf(groups.data.groups.filter(isShown).length, "cause")}</span>
        )}
      </div>
      <Loaded of={groups}>
        {({ groups: all, more }) => (
          <div class="stack">
            {more && (
              <Notice tone="warn">
                There is more than was read: these are the causes of the first failures of each kind.
              </Notice>
            )}
            <div class="panel">
              <Table
                label="Failures by their causes"
                columns={columns}
                rows={all.filter(isShown)}
                keyOf={({ fingerprint }) => fingerprint}
                empty={all.length === 0 ? "Nothing fails." : "Nothing fails in this way."}
              />
            </div>
          </div>
        )}
      </Loaded>
    </>
  );
}

function columnsOf(reload: () => void): readonly Column<FailureGroup>[] {
  return [
    {
      key: "reason",
      title: "Cause",
      width: "fill",
      cell: ({ fingerprint, function: name, code, reason, addresses }) => (
        <>
          <a class="clamped" href={toFailure(fingerprint)} title={reason}>
            {causeOf(reason).text}
          </a>
          <div class="small">
            <Badge tone="bad">{code}</Badge> <span class="muted">{name}</span>
            <span class="muted narrow-only"> · {countOf(addresses, "address", "addresses")}</span>
          </div>
        </>
      ),
      sortBy: ({ reason }) => causeOf(reason).text,
    },
    {
      key: "addresses",
      title: "Addresses",
      align: "end",
      wideOnly: true,
      cell: ({ addresses }) => <Count of={addresses} />,
      sortBy: ({ addresses }) => addresses,
    },
    {
      key: "parked",
      title: "Parked",
      align: "end",
      wideOnly: true,
      cell: ({ parked }) => <Count of={parked} bad />,
      sortBy: ({ parked }) => parked,
    },
    {
      key: "failing",
      title: "Failing",
      align: "end",
      wideOnly: true,
      cell: ({ failing }) => <Count of={failing} bad />,
      sortBy: ({ failing }) => failing,
    },
    {
      key: "letters",
      title: "Dead letters",
      align: "end",
      wideOnly: true,
      cell: ({ deadLetters }) => <Count of={deadLetters} bad />,
      sortBy: ({ deadLetters }) => deadLetters,
    },
    {
      key: "first",
      title: "First",
      wideOnly: true,
      cell: ({ firstFailedAt }) => <Ago at={firstFailedAt} />,
      sortBy: ({ firstFailedAt }) => Date.parse(firstFailedAt),
    },
    {
      key: "last",
      title: "Last",
      cell: ({ lastFailedAt }) => <Ago at={lastFailedAt} />,
      sortBy: ({ lastFailedAt }) => Date.parse(lastFailedAt),
    },
    {
      key: "actions",
      title: "Actions",
      align: "end",
      wideOnly: true,
      cell: ({ fingerprint, parked, deadLetters }) =>
        !readOnly() && (
          <span class="row-actions">
            {parked > 0 && <Button onClick={() => retryParked({ error: fingerprint }, reload)}>Retry …</Button>}
            {deadLetters > 0 && (
              <Button onClick={() => resendLetters({ error: fingerprint }, reload)}>Send again …</Button>
            )}
          </span>
        ),
    },
  ];
}

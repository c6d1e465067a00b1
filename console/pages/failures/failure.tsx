// One cause of failures: where and how often it was seen, its stack, and the addresses and dead letters that have it.

import type { DeadLetter, DeadLetterList } from "../../../src/runtime/admin/api/dead-letters.js";
import type { FailingAddress, FailingList } from "../../../src/runtime/admin/api/failing.js";
import type { FailureGroup, FailureGroups } from "../../../src/runtime/admin/api/failures.js";
import type { ParkedAddress, ParkedList } from "../../../src/runtime/admin/api/parked.js";
import { addressPath, request } from "../../app/api.js";
import { readOnly } from "../../app/info.js";
import { toDeadLetter, toDeadLetters, toFailures } from "../../app/links.js";
import type { PageProps } from "../../app/page-props.js";
import { sayDone, sayFailed } from "../../app/toasts.js";
import { useGet } from "../../app/use-get.js";
import { AddressLink } from "../../ui/address-link.js";
import type { Column } from "../../ui/columns.js";
import { Button } from "../../ui/controls.js";
import { countOf } from "../../ui/format.js";
import { Badge, Empty, Loaded } from "../../ui/notice.js";
import { PageHead, Panel } from "../../ui/page.js";
import { Stack } from "../../ui/stack.js";
import { Table } from "../../ui/table.js";
import { Ago, Instant, Until } from "../../ui/time.js";
import { ValueLine } from "../../ui/value.js";
import { causeOf } from "./cause.js";
import { dropLetters, dropParked, resendLetters, retryFailing, retryParked } from "./sweeps.js";

/** How many addresses and letters the page shows of each kind; the lists of all are a click away. */
const shown = 50;

export function Failure({ params: { fingerprint = "" } }: PageProps) {
  const groups = useGet<FailureGroups>("failures", { limit: 1000 }, { everyMs: 3000 });
  const group = groups.data?.groups.find((each) => each.fingerprint === fingerprint);
  return (
    <>
      <PageHead
        title={group?.code ?? "Failure"}
        above={[{ text: "Failures", href: toFailures() }]}
        beside={group !== undefined && <span class="muted">{group.function}</span>}
      />
      <Loaded of={groups}>
        {() =>
          group === undefined ? (
            <Empty>Nothing fails in this way any more.</Empty>
          ) : (
            <Shown of={group} reload={() => groups.reload()} />
          )
        }
      </Loaded>
    </>
  );
}

function Shown({ of: group, reload }: { readonly of: FailureGroup; readonly reload: () => void }) {
  const { sample, stack } = group;
  const cause = causeOf(group.reason);
  return (
    <div class="stack">
      <Panel title="The cause" padded>
        <div class="stack">
          <p class="large">{cause.text}</p>
          <dl class="pairs">
            {cause.typename !== undefined && (
              <>
                <dt>Message</dt>
                <dd>
                  <code>{cause.typename}</code>
                </dd>
              </>
            )}
            <dt>Addresses</dt>
            <dd>{group.addresses}</dd>
            <dt>First</dt>
            <dd>
              <Instant at={group.firstFailedAt} />
            </dd>
            <dt>Last</dt>
            <dd>
              <Instant at={group.lastFailedAt} />{" "}
              <span class="muted">
                <Ago at={group.lastFailedAt} />
              </span>
            </dd>
            <dt>For example</dt>
            <dd>
              <AddressLink of={{ function: group.function, id: sample.id }} />
              <div class="muted small">{causeOf(sample.reason).text}</div>
            </dd>
          </dl>
          {stack !== null && <Stack of={stack} />}
        </div>
      </Panel>
      {group.failing > 0 && <Failing of={group} reload={reload} />}
      {group.parked > 0 && <Parked of={group} reload={reload} />}
      {group.deadLetters > 0 && <Letters of={group} reload={reload} />}
    </div>
  );
}

interface PartProps {
  readonly of: FailureGroup;
  readonly reload: () => void;
}

const addressColumn = {
  key: "address",
  title: "Address",
  width: "fill",
  cell: (each: { readonly function: string; readonly id: string }) => <AddressLink of={each} />,
} as const;

/** The addresses that are tried again. The API does not list them by their cause, but by the function. */
function Failing({ of: { function: name, code, failing: total }, reload }: PartProps) {
  const failing = useGet<FailingList>("failing", { function: name, limit: 1000 }, { everyMs: 3000 });
  const again = () => {
    failing.reload();
    reload();
  };
  const retry = async (id: string) => {
    await request("POST", `${addressPath(name, id)}/retry`);
    sayDone(`${id} is tried again.`);
    again();
  };
  const columns: readonly Column<FailingAddress>[] = [
    addressColumn,
    { key: "attempts", title: "Tries", align: "end", cell: ({ attempts }) => attempts },
    {
      key: "next",
      title: "Next try",
      cell: ({ nextTryAt }) => (nextTryAt === null ? <span class="muted">now</span> : <Until at={nextTryAt} />),
    },
    {
      key: "actions",
      title: "Actions",
      align: "end",
      cell: ({ id }) => !readOnly() && <Button onClick={() => void retry(id).catch(sayFailed)}>Try now</Button>,
    },
  ];
  return (
    <Panel
      title="Tried again"
      beside={<Badge tone="warn">{countOf(total, "address", "addresses")}</Badge>}
      actions={!readOnly() && <Button onClick={() => retryFailing(name, code, again)}>Try all now …</Button>}
    >
      <Loaded of={failing}>
        {({ failing: all }) => (
          <Table
            label="Addresses that are tried again"
            columns={columns}
            rows={all.filter((each) => each.code === code).slice(0, shown)}
            keyOf={({ id }) => id}
            empty="No address is tried again any more."
          />
        )}
      </Loaded>
    </Panel>
  );
}

const parkedColumns: readonly Column<ParkedAddress>[] = [
  addressColumn,
  {
    key: "reason",
    title: "Reason",
    wideOnly: true,
    cell: ({ reason }) => <span class="reason muted small">{causeOf(reason).text}</span>,
  },
  { key: "since", title: "Since", cell: ({ since }) => <Ago at={since} /> },
];

function Parked({ of: { fingerprint, parked: total }, reload }: PartProps) {
  const filter = { error: fingerprint };
  const parked = useGet<ParkedList>("parked", { ...filter, limit: shown }, { everyMs: 3000 });
  const again = () => {
    parked.reload();
    reload();
  };
  return (
    <Panel
      title="Parked"
      beside={<Badge tone="bad">{countOf(total, "address", "addresses")}</Badge>}
      actions={
        !readOnly() && (
          <>
            <Button kind="danger" onClick={() => dropParked("all", filter, again)}>
              Drop all messages …
            </Button>
            <Button kind="danger" onClick={() => dropParked("first", filter, again)}>
              Drop the first …
            </Button>
            <Button onClick={() => retryParked(filter, again)}>Retry …</Button>
          </>
        )
      }
    >
      <Loaded of={parked}>
        {({ parked: rows, next }) => (
          <>
            <Table
              label="Parked addresses"
              columns={parkedColumns}
              rows={rows}
              keyOf={({ id }) => id}
              empty="No address is parked any more."
            />
            {next !== null && <p class="muted small inside">and others</p>}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

const letterColumns: readonly Column<DeadLetter>[] = [
  {
    key: "letter",
    title: "Letter",
    cell: ({ letter }) => (
      <a href={toDeadLetter(letter)} class="mono">
        {letter}
      </a>
    ),
  },
  { key: "address", title: "Address", cell: (letter) => <AddressLink of={letter} /> },
  {
    key: "message",
    title: "Message",
    width: "fill",
    wideOnly: true,
    cell: ({ message }) => <ValueLine of={message} />,
  },
  { key: "failed", title: "Failed", cell: ({ lastFailedAt }) => <Ago at={lastFailedAt} /> },
];

function Letters({ of: { fingerprint, deadLetters: total }, reload }: PartProps) {
  const filter = { error: fingerprint };
  const letters = useGet<DeadLetterList>("dead-letters", { ...filter, limit: shown }, { everyMs: 3000 });
  const again = () => {
    letters.reload();
    reload();
  };
  return (
    <Panel
      title="Dead letters"
      beside={<Badge tone="bad">{countOf(total, "letter")}</Badge>}
      actions={
        !readOnly() && (
          <>
            <Button kind="danger" onClick={() => dropLetters(filter, again)}>
              Drop …
            </Button>
            <Button onClick={() => resendLetters(filter, again)}>Send again …</Button>
          </>
        )
      }
    >
      <Loaded of={letters}>
        {({ letters: rows, next }) => (
          <>
            <Table
              label="Dead letters"
              columns={letterColumns}
              rows={rows}
              keyOf={({ letter }) => letter}
              empty="There are no such letters any more."
            />
            {next !== null && (
              <p class="small inside">
                <a href={toDeadLetters(filter)}>All of them</a>
              </p>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

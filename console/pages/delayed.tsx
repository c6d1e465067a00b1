// The delayed messages, in the order in which they are due. Delivers them now, postpones them, and withdraws them.

import { useRef } from "preact/hooks";
import type { DelayedList, DelayedSwept, ShownDelayed } from "../../src/runtime/admin/api/delayed.js";
import { get, path, request } from "../app/api.js";
import { openDialog } from "../app/dialogs.js";
import { useFresh } from "../app/fresh-pages.js";
import { readOnly } from "../app/info.js";
import { queryOf, setQuery } from "../app/location.js";
import { usePages } from "../app/pages-of.js";
import type { Query } from "../app/route.js";
import { sayDone, sayFailed } from "../app/toasts.js";
import { AddressLink } from "../ui/address-link.js";
import type { Column } from "../ui/columns.js";
import { Button, Filter } from "../ui/controls.js";
import { confirm } from "../ui/dialog.js";
import { countOf, formatCount } from "../ui/format.js";
import { FunctionFilter } from "../ui/function-filter.js";
import { Badge, Empty, Failure } from "../ui/notice.js";
import { PageHead } from "../ui/page.js";
import { openSweep } from "../ui/sweep-dialog.js";
import { Until } from "../ui/time.js";
import { lineOf, ValueLine } from "../ui/value.js";
import { VirtualList } from "../ui/virtual-list.js";
import { PostponeDialog } from "./address/postpone-dialog.js";
import { DelayedMessage } from "./delayed-message.js";

const pageSize = 100;

export function Delayed() {
  const filter = { function: queryOf("function"), id: queryOf("id") };
  const total = useRef(0); // all delayed messages, not only those of the filter
  const delayed = usePages<DelayedList, ShownDelayed>("delayed", { ...filter, limit: pageSize }, (answer) => {
    total.current = answer.total;
    return { items: answer.delayed, next: answer.next };
  });
  useFresh(delayed, 3000, pageSize);
  const reload = () => delayed.reload();
  const { items, error, loading, complete } = delayed;
  const isFiltered = filter.function !== "" || filter.id !== "";
  return (
    <>
      <PageHead title="Delayed messages">
        <Button kind="plain" icon="reload" label="Reload" onClick={reload} />
        {!readOnly() && items.length > 0 && (
          <>
            <Button kind="danger" onClick={() => sweep("cancel", filter, reload)}>
              Withdraw …
            </Button>
            <Button onClick={() => sweep("deliver", filter, reload)}>Deliver now …</Button>
          </>
        )}
      </PageHead>
      <div class="filters">
        <FunctionFilter />
        <Filter label="Id" value={queryOf("id")} onInput={(id) => setQuery({ id })} />
        {items.length > 0 && (
          <span class="muted small">
            {!complete && "the first "}
            {countOf(items.length, "message")}
            {items.length < total.current && ` of ${formatCount(total.current)}`}
          </span>
        )}
      </div>
      {error !== undefined && <Failure error={error} retry={reload} />}
      {items.length === 0 && (loading || !complete) ? (
        <Empty>Looking … {!loading && <Button onClick={() => delayed.more()}>Go on looking</Button>}</Empty>
      ) : (
        <div class="panel">
          <VirtualList
            label="Delayed messages"
            columns={columnsOf(reload)}
            rows={items}
            keyOf={({ key }) => key}
            empty={isFiltered ? "There are no such delayed messages." : "No message is delayed."}
            onEnd={() => delayed.more()}
          />
        </div>
      )}
    </>
  );
}

function columnsOf(reload: () => void): readonly Column<ShownDelayed>[] {
  const open = (message: ShownDelayed) => openDialog(<DelayedMessage of={message} onDone={reload} />);
  const postpone = ({ key, dueAt }: ShownDelayed) =>
    openDialog(<PostponeDialog dueAt={dueAt} path={path`delayed/${key}`} onDone={reload} />);
  const deliver = async (key: string) => {
    await request("POST", `${path`delayed/${key}`}/deliver`);
    sayDone("The message is delivered.");
    reload();
  };
  const withdraw = ({ key, function: name, id }: ShownDelayed) =>
    confirm({
      title: "Withdraw the message?",
      text: `${name}/${id} will not get it. This can't be undone.`,
      verb: "Withdraw",
      danger: true,
      action: async () => {
        await request("DELETE", path`delayed/${key}`);
        sayDone("The message is withdrawn.");
        reload();
      },
    });
  return [
    {
      key: "due",
      title: "Due",
      width: "minmax(112px, 0.6fr)",
      cell: (message) => (
        <button type="button" class="link" onClick={() => open(message)}>
          <Until at={message.dueAt} />
        </button>
      ),
    },
    { key: "target", title: "To", width: "minmax(110px, 1fr)", cell: (message) => <AddressLink of={message} /> },
    {
      key: "message",
      title: "Message",
      width: "minmax(120px, 2fr)",
      wideOnly: true,
      cell: (message) => <ValueLine of={message} />,
    },
    {
      key: "token",
      title: "Cancellation token",
      width: "minmax(120px, 1fr)",
      wideOnly: true,
      cell: ({ cancellationToken, own }) =>
        own ? (
          <Badge>the runtime's own</Badge>
        ) : (
          <code class="cut muted" title={cancellationToken ?? ""}>
            {cancellationToken ?? "–"}
          </code>
        ),
    },
    {
      key: "actions",
      title: "Actions",
      width: "148px",
      align: "end",
      wideOnly: true,
      cell: (message) =>
        !readOnly() && (
          <span class="row-actions">
            <Button
              kind="plain"
              icon="play"
              label={`Deliver now to ${message.id}`}
              onClick={() => void deliver(message.key).catch(sayFailed)}
            />
            {!message.own && (
              <>
                <Button
                  kind="plain"
                  icon="delayed"
                  label={`Postpone the message to ${message.id}`}
                  onClick={() => postpone(message)}
                />
                <Button
                  kind="plain"
                  icon="trash"
                  label={`Withdraw the message to ${message.id}`}
                  onClick={() => withdraw(message)}
                />
              </>
            )}
          </span>
        ),
    },
  ];
}

/** Where the next request goes on, and what came after the first request and is left alone. */
interface Place {
  readonly after: string;
  readonly through: string;
}

/** Delivers the delayed messages that a filter chooses, or withdraws them. */
function sweep(what: "deliver" | "cancel", filter: Query, onEnd: () => void): void {
  const delivers = what === "deliver";
  openSweep<Place>({
    title: delivers ? "Deliver delayed messages now" : "Withdraw delayed messages",
    verb: delivers ? "Deliver" : "Withdraw",
    text: delivers
      ? "The messages are delivered at once, instead of at their time."
      : "The messages are removed for good. Those of schedules and workflows stay. This can't be undone.",
    noun: ["message", "messages"],
    danger: !delivers,
    preview: async (signal) => {
      const { delayed, total, next } = await get<DelayedList>("delayed", { ...filter, limit: 20 }, signal);
      const isAll = Object.values(filter).every((value) => value === "");
      return {
        total: isAll ? total : next === null ? delayed.length : undefined,
        first: delayed.map((message) => ({
          key: message.key,
          shown: (
            <>
              {message.function}/{message.id} <Until at={message.dueAt} />{" "}
              <span class="muted small cut">{lineOf(message)}</span>
            </>
          ),
        })),
      };
    },
    step: async (place) => {
      const { delivered, cancelled, through, next } = await request<
        DelayedSwept & { readonly delivered?: number; readonly cancelled?: number }
      >("POST", `delayed/${what}`, { query: { ...filter, ...place, limit: 200 } });
      return { changed: delivered ?? cancelled ?? 0, next: next === null ? undefined : { after: next, through } };
    },
    onEnd,
  });
}

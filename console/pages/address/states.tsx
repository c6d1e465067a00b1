// The states of an address: those that are set, and those that the function declares and that are not set.

import type { HeldState, OneAddress } from "../../../src/runtime/admin/api/addresses.js";
import type { ShownStateType } from "../../../src/runtime/admin/api/one-function.js";
import { get, path as pathOf, request } from "../../app/api.js";
import { openDialog } from "../../app/dialogs.js";
import { readOnly } from "../../app/info.js";
import { sayDone } from "../../app/toasts.js";
import { Button } from "../../ui/controls.js";
import { confirm } from "../../ui/dialog.js";
import { countOf, formatMs } from "../../ui/format.js";
import { Empty } from "../../ui/notice.js";
import { Panel } from "../../ui/page.js";
import { Ago, Until } from "../../ui/time.js";
import { ValueBlock } from "../../ui/value-block.js";
import type { Shown } from "./shown.js";
import { StateDialog } from "./state-dialog.js";
import { useMore } from "./use-more.js";

interface Row {
  readonly name: string;
  readonly held: HeldState | undefined;
  readonly type: ShownStateType | undefined;
}

export function States({ address, known, path, reload }: Shown) {
  const more = useMore(address.nextState, (afterState) => get<OneAddress>(path, { afterState }), pageOf);
  const rows = rowsOf([...address.states, ...more.items], known?.states ?? []);
  return (
    <Panel title="States" beside={<span class="muted small">{countOf(address.states.length, "state")} set</span>}>
      {rows.length === 0 && <Empty>It has no states.</Empty>}
      <ul class="entries">
        {rows.map((row) => (
          <State key={row.name} row={row} address={address} path={path} reload={reload} />
        ))}
      </ul>
      {more.button}
    </Panel>
  );
}

const pageOf = ({ states, nextState }: OneAddress) => ({ items: states, next: nextState });

/** The declared states in their order, and then the others. */
function rowsOf(held: readonly HeldState[], declared: readonly ShownStateType[]): Row[] {
  const byName = new Map(held.map((state) => [state.name, state]));
  const names = new Set(declared.map(({ name }) => name));
  return [
    ...declared.map((type) => ({ name: type.name, held: byName.get(type.name), type })),
    ...held.filter(({ name }) => !names.has(name)).map((state) => ({ name: state.name, held: state, type: undefined })),
  ];
}

interface StateProps extends Pick<Shown, "address" | "path" | "reload"> {
  readonly row: Row;
}

function State({ row: { name, held, type }, address, path, reload }: StateProps) {
  const own = `${path}${pathOf`/states/${name}`}`;
  const typename = held?.typename ?? type?.typename;
  const edit = () => openDialog(<StateDialog name={name} held={held} type={type} path={own} onSaved={reload} />);
  const remove = () =>
    confirm({
      title: `Delete the state ${name}?`,
      text: `The state is removed for good. ${address.id} then has the default again.`,
      verb: "Delete",
      danger: true,
      action: async () => {
        await request("DELETE", own);
        sayDone(`The state ${name} is deleted.`);
        reload();
      },
    });
  return (
    <li>
      <div class="entry-head">
        <strong>{name}</strong>
        <span class="muted small">{typename}</span>
        <div class="end">
          {!readOnly() && (
            <>
              <Button
                kind="plain"
                icon="edit"
                label={held === undefined ? `Set ${name}` : `Edit ${name}`}
                onClick={edit}
              />
              {held !== undefined && <Button kind="plain" icon="trash" label={`Delete ${name}`} onClick={remove} />}
            </>
          )}
        </div>
      </div>
      {held !== undefined ? (
        <ValueBlock of={held} title={`State ${name}`} download={`${own}?as=content`} />
      ) : (
        <p class="muted">
          not set
          {type?.default != null && "value" in type.default && (
            <>
              , the function sees <code>{JSON.stringify(type.default.value)}</code>
            </>
          )}
        </p>
      )}
      <p class="muted small">
        {held !== undefined && (
          <>
            written <Ago at={held.writtenAt} />
          </>
        )}
        {type !== undefined && <Expiration type={type} writtenAt={held?.writtenAt} />}
      </p>
    </li>
  );
}

function Expiration({ type, writtenAt }: { readonly type: ShownStateType; readonly writtenAt: string | undefined }) {
  const { expireMode, expireAfterMs } = type;
  if (expireMode === "none") return null;
  if (expireMode === "after-call") return <> · expires {formatMs(expireAfterMs)} after the last call</>;
  if (writtenAt === undefined) return <> expires {formatMs(expireAfterMs)} after it is written</>;
  return (
    <>
      {" "}
      · expires <Until at={new Date(Date.parse(writtenAt) + expireAfterMs).toISOString()} />
    </>
  );
}

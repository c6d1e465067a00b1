// Queries over the states of a function: a condition in CEL, the columns to show, the rows as a table or a file.

import { useEffect, useState } from "preact/hooks";
import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { functionPath } from "../../app/api.js";
import { queryOf, setQuery } from "../../app/location.js";
import { useGet } from "../../app/use-get.js";
import { Button, TextField } from "../../ui/controls.js";
import { FunctionFilter } from "../../ui/function-filter.js";
import { Empty } from "../../ui/notice.js";
import { PageHead, Panel } from "../../ui/page.js";
import { Rows } from "./rows.js";

export function QueryPage() {
  const name = queryOf("function");
  const where = queryOf("where");
  const columns = queryOf("columns");
  const [asked, setAsked] = useState(0); // counts the clicks on "Run": the same query can run again
  const [draft, setDraft] = useState({ where, columns });
  useEffect(() => setDraft({ where, columns }), [where, columns]);
  const run = () => {
    setQuery(draft);
    setAsked(asked + 1);
  };
  return (
    <>
      <PageHead title="Query" />
      <div class="stack">
        <Panel title="Which addresses" padded>
          <form
            class="stack"
            onSubmit={(event) => {
              event.preventDefault();
              run();
            }}
          >
            <div class="query-fields">
              <div class="field">
                <span class="label">Function</span>
                <FunctionFilter none="Choose a function" />
              </div>
              <TextField
                label="Condition"
                placeholder={'status == "offline" && battery < 20'}
                hint="In CEL, over the states by their names, id, and now. Empty: all addresses."
                value={draft.where}
                onInput={(text) => setDraft({ ...draft, where: text })}
              />
              <TextField
                label="Columns"
                placeholder="status, report.place.city"
                hint="Expressions with commas between them. Empty: all states."
                value={draft.columns}
                onInput={(text) => setDraft({ ...draft, columns: text })}
              />
              <Button kind="main" type="submit" icon="play" disabled={name === ""}>
                Run
              </Button>
            </div>
            {name !== "" && (
              <States of={name} onChoose={(state) => setDraft({ ...draft, columns: added(draft.columns, state) })} />
            )}
          </form>
        </Panel>
        {name === "" ? (
          <Empty>Choose a function to query its states.</Empty>
        ) : (
          <Rows key={`${name}\n${where}\n${columns}\n${asked}`} function={name} where={where} columns={columns} />
        )}
      </div>
    </>
  );
}

/** Adds a column behind the others. */
const added = (columns: string, state: string) => (columns.trim() === "" ? state : `${columns.trim()}, ${state}`);

/** Names that CEL has, or that a query has beside the states. */
const taken = [
  "id",
  "states",
  "now",
  "true",
  "false",
  "null",
  "in",
  "as",
  "if",
  "for",
  "function",
  "package",
  "var",
  "void",
];

/** A state whose name is no name of CEL is reached by its text. */
function nameOf(state: string): string {
  const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(state) && !taken.includes(state);
  return isName ? state : `states[${JSON.stringify(state)}]`;
}

function States({ of: name, onChoose }: { readonly of: string; readonly onChoose: (state: string) => void }) {
  const { data } = useGet<OneFunction>(functionPath(name));
  if (data === undefined || data.states.length === 0) return null;
  return (
    <div class="row small">
      <span class="muted">States:</span>
      {data.states.map((state) => (
        <button
          key={state.name}
          type="button"
          class="link"
          aria-label={`Add the column ${nameOf(state.name)}`}
          title={`Add it as a column. Its type is ${state.typename}.`}
          onClick={() => onChoose(nameOf(state.name))}
        >
          <code>{nameOf(state.name)}</code>
        </button>
      ))}
    </div>
  );
}

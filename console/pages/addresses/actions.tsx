// Actions over all addresses that are chosen: retry, drop, park. They walk the list, and change each address by itself.

import type { AddressList } from "../../../src/runtime/admin/api/address-list.js";
import { addressPath, functionPath, get, request } from "../../app/api.js";
import { readOnly } from "../../app/info.js";
import { Button } from "../../ui/controls.js";
import { openSweep, type SweepPreview, type SweepStep } from "../../ui/sweep-dialog.js";
import { type Choice, queryFor } from "./choice.js";

export interface ActionsProps {
  readonly choice: Choice;
  readonly onDone: () => void;
}

export function Actions({ choice, onDone }: ActionsProps) {
  if (readOnly()) return null;
  const { filter } = choice;
  const hasTrouble = filter === "parked" || filter === "failing";
  return (
    <>
      {hasTrouble && <Button onClick={() => sweep(choice, actions.retry, onDone)}>Retry all …</Button>}
      {(hasTrouble || filter === "waiting") && (
        <Button kind="danger" onClick={() => sweep(choice, actions.drop, onDone)}>
          Drop the first …
        </Button>
      )}
      {filter !== "parked" && <Button onClick={() => sweep(choice, actions.park, onDone)}>Park all …</Button>}
    </>
  );
}

interface Action {
  readonly verb: string;
  readonly title: string;
  readonly text: string;
  readonly danger: boolean;
  /** What is posted to each address. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

const actions = {
  retry: {
    verb: "Retry",
    title: "Retry the chosen addresses",
    text: "Their messages are delivered again at once, in their order. What fails again is tried again, and parked in the end.",
    danger: false,
    path: "retry",
    query: {},
  },
  drop: {
    verb: "Drop from",
    title: "Drop the first message of the chosen addresses",
    text: "The first waiting message of each is removed for good, and what comes after is delivered.",
    danger: true,
    path: "drop",
    query: { which: "first" },
  },
  park: {
    verb: "Park",
    title: "Park the chosen addresses",
    text: "Their messages wait until somebody retries them. Calls in flight are given up.",
    danger: true,
    path: "park",
    query: { reason: "Parked by hand, with others." },
  },
} as const satisfies Record<string, Action>;

const pageSize = 200;
/** How many requests are under way at once. */
const atOnce = 8;
const counted = 1000;
const shownFirst = 20;

function sweep(choice: Choice, action: Action, onEnd: () => void): void {
  const read = (query: Readonly<Record<string, string | number | undefined>>, signal?: AbortSignal) =>
    get<AddressList>(
      `${functionPath(choice.typeName)}/addresses`,
      { ...queryFor(choice), columns: undefined, ...query },
      signal,
    );
  openSweep<string>({
    title: action.title,
    verb: action.verb,
    text: action.text,
    noun: ["address", "addresses"],
    danger: action.danger,
    preview: async (signal): Promise<SweepPreview> => {
      const { addresses, next } = await read({ limit: counted }, signal);
      return {
        total: next === null ? addresses.length : undefined,
        first: addresses.slice(0, shownFirst).map(({ id }) => ({ key: id, shown: id })),
      };
    },
    step: async (after): Promise<SweepStep<string>> => {
      const { addresses, next } = await read({ limit: pageSize, after });
      const left = addresses.map(({ id }) => id);
      const changeOne = async () => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) {
          await request("POST", `${addressPath(choice.typeName, id)}/${action.path}`, { query: action.query });
        }
      };
      await Promise.all(Array.from({ length: atOnce }, changeOne));
      return { changed: addresses.length, next: next ?? undefined };
    },
    onEnd,
  });
}

// Journals of workflows, as functions write them, in a store before its engine opens.

import { addressKey, kinds } from "../../../src/engine/keys.js";
import { Packed } from "../../../src/engine/packed.js";
import { StateValue } from "../../../src/engine/state-values.js";
import { Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import { parseTypeName } from "../../../src/model/type-name.js";
import { TypedValue } from "../../../src/model/typed-value.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import { encodeJournal } from "../../../src/workflows/journal/encode-journal.js";
import {
  type EndedRun,
  type Journal,
  newJournal,
  type Operation,
  type Run,
} from "../../../src/workflows/journal/journal.js";
import { journalName, journalTypename } from "../../../src/workflows/journal/names.js";

/** The time around which all journals of tests are. */
export const at = Date.UTC(2026, 0, 31, 12);

export const operation = (key: string, more: Partial<Operation> = {}): Operation => ({
  key,
  kind: "step",
  requestedAt: at,
  seq: 0,
  endedAt: 0,
  value: undefined,
  error: undefined,
  attempts: 0,
  dueAt: 0,
  callee: undefined,
  awaits: undefined,
  ...more,
});

export const run = (id: string, operations: readonly Operation[], more: Partial<Run> = {}): Run => ({
  id,
  number: 1,
  workflow: "shop.types/place",
  input: new TypedValue("shop.types/place", Uint8Array.of(1)),
  caller: undefined,
  callToken: undefined,
  receivedAt: at - 2000,
  startedAt: at - 1000,
  cancelledAt: 0,
  cancelSeq: 0,
  cancelReason: "",
  lastSeq: 0,
  operations: [...operations],
  ...more,
});

/** A run that waits for its turn. */
export const queued = (id: string, more: Partial<Run> = {}) => run(id, [], { startedAt: 0, ...more });

export const ended = (id: string, outcome: EndedRun["outcome"], more: Partial<EndedRun> = {}): EndedRun => ({
  id,
  number: 1,
  workflow: "shop.types/place",
  caller: undefined,
  receivedAt: at - 2000,
  startedAt: at - 1000,
  endedAt: at,
  outcome,
  error: undefined,
  operationCount: 0,
  operations: [],
  ...more,
});

export const journal = (more: Partial<Journal>): Journal => ({ ...newJournal(), ...more });

/** An answer that this process can show. */
export const charged = Types.string.pack("charged");

/** A store that holds these journals of a function, by the ids of their addresses. Bytes stand for a journal as they are. */
export async function storeOf(
  journals: Readonly<Record<string, Journal | Uint8Array>>,
  typeName = "shop/counter",
): Promise<MemoryStore> {
  const store = new MemoryStore();
  const { namespace, name } = parseTypeName(typeName);
  await store.write(
    Object.entries(journals).map(([id, of]) => {
      const bytes = of instanceof Uint8Array ? of : encodeJournal(of);
      const value = new StateValue(Packed.pack(new TypedValue(journalTypename, bytes), "v3"), at);
      return [`${kinds.state}${addressKey(namespace, name, id)}${journalName}`, value.encode()] as const;
    }),
  );
  return store;
}

export const address = (id: string) => new Address("shop", "counter", id);

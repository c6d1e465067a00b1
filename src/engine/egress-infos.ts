// Shows people the egresses, with what waits for each.

import { compareKeys } from "../store/sorted-keys.js";
import type { Store } from "../store/store.js";
import type { ArrivalTimes } from "./arrival-times.js";
import type { EgressFailure, EgressInfo } from "./egresses-api.js";
import type { GroupCommit } from "./group-commit.js";
import { egressKey, rangeEnd } from "./keys.js";
import { decodeRecord } from "./message.js";
import type { Outbox } from "./outbox.js";
import type { Outboxes } from "./outboxes.js";

/** How many egresses are shown. */
const mostEgresses = 1_000;
/** How many records of each, and how many bytes: the record that reaches them is the last one. */
const mostRecords = 10;
const mostBytes = 256 * 1024;

interface EgressInfosParts {
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly outboxes: Pick<Outboxes, "all">;
  readonly arrivals: ArrivalTimes;
}

/** See EngineApi.egresses. */
export async function egressInfos(parts: EgressInfosParts): Promise<EgressInfo[]> {
  await parts.commit.attempted();
  const outboxes = parts.outboxes.all().sort((a, b) => compareKeys(a.egress, b.egress));
  const infos: EgressInfo[] = [];
  for (const outbox of outboxes.slice(0, mostEgresses)) infos.push(await infoOf(outbox, parts));
  return infos;
}

async function infoOf(outbox: Outbox, { store, arrivals }: EgressInfosParts): Promise<EgressInfo> {
  const { egress, declared, consumer, length, handedOut, bytes, failures } = outbox;
  const from = egressKey(egress);
  // A read goes through what was deleted lately too, so that the store is not asked where nothing waits.
  const entries =
    length === 0 ? [] : await store.entries({ from, to: rangeEnd(from), limit: mostRecords, bytes: mostBytes });
  const records = entries.map(([key, value]) => decodeRecord(key, value));
  const [oldest] = records;
  return {
    egress,
    declared,
    consumer: consumer && (consumer.kind ?? "program"),
    target: consumer?.target,
    pending: length,
    handedOut,
    bytes,
    oldestAt: oldest && (arrivals.of(oldest.key) ?? arrivals.openedAt),
    failures,
    lastFailure: later(outbox.lastFailure, consumer?.lastFailure),
    records: records.map((record) => ({ id: outbox.idOf(record), value: record.value.unpack() })),
  };
}

const later = (a: EgressFailure | undefined, b: EgressFailure | undefined): EgressFailure | undefined =>
  a !== undefined && b !== undefined ? (a.at >= b.at ? a : b) : (a ?? b);

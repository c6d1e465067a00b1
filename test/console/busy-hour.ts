// An hour of a busy runtime, as GET /history answers it: for pictures and for tests of the charts.

import type { History, HistorySeries } from "../../src/runtime/admin/api/history.js";

const columns = 360;
const columnMs = 10_000;

/** The numbers are the same each time; a burst in the middle makes latency and backlog grow. */
export function busyHour(endsAt: number): History {
  const wave = (index: number, length: number, phase = 0) => (Math.sin((index + phase) / length) + 1) / 2;
  const burst = (index: number) => Math.exp(-(((index - 210) / 14) ** 2));
  const make = (value: (index: number) => number) => Array.from({ length: columns }, (_, index) => value(index));
  const whole = (value: (index: number) => number) => make((index) => Math.round(value(index)));
  const load = (index: number) => 900 + 500 * wave(index, 40) + 120 * wave(index, 3, 1) + 4200 * burst(index);
  const series: HistorySeries = {
    messagesIn: whole((index) => load(index) * 10),
    messagesDelivered: whole((index) => (load(index) - 900 * burst(index) + 800 * burst(index - 20)) * 23),
    egressRecords: whole((index) => load(index) * 3),
    batchFailures: whole((index) => 4 * wave(index, 11) + 90 * burst(index)),
    batchP50: make((index) => 0.4 + 0.1 * wave(index, 5) + 2 * burst(index)),
    batchP99: make((index) => 3 + 2 * wave(index, 4) + 60 * burst(index)),
    commitP50: make((index) => 1.1 + 0.3 * wave(index, 6)),
    commitP99: make((index) => 4 + 2 * wave(index, 7) + 25 * burst(index)),
    backlog: whole((index) => 12 * wave(index, 8) + 9000 * burst(index)),
    oldestSeconds: whole((index) => 14 * burst(index)),
    parked: whole((index) => (index > 215 ? 2 : 0)),
    deadLetters: whole((index) => (index > 222 ? 1 : 0)),
    delayed: whole((index) => 400 + index),
    egressPending: whole((index) => 30 * wave(index, 9) + 700 * burst(index - 6)),
    heldMs: whole((index) => 4 + 3 * wave(index, 5) + 40 * burst(index)),
    callsWaiting: whole((index) => 6 * wave(index, 10) + 80 * burst(index)),
  };
  const now = Object.fromEntries(Object.entries(series).map(([name, values]) => [name, values.at(-1)]));
  return {
    columnMs,
    times: make((index) => endsAt - (columns - 1 - index) * columnMs).map((ms) => new Date(ms).toISOString()),
    series,
    now: now as unknown as History["now"],
    failuresByCode: { HANDLER_FAILED: 812, CALL_TIMEOUT: 31, SOLD_OUT: 7 },
    well: {
      ok: false,
      reasons: [
        { code: "PARKED", message: "2 addresses are parked: nothing is delivered there.", link: "parked" },
        { code: "DEAD_LETTERS", message: "1 dead letter is kept: send it again or drop it.", link: "dead-letters" },
      ],
    },
  };
}

/** The first column of a runtime that has nothing to do. */
export function justBegun(endsAt: number): History {
  const { series, ...hour } = busyHour(endsAt);
  const none = (values: readonly (number | null)[]) => (values === series.batchP50 ? [null] : [0]);
  const quiet = Object.fromEntries(Object.entries(series).map(([name, values]) => [name, none(values)]));
  const now = Object.fromEntries(Object.entries(quiet).map(([name, values]) => [name, values[0] ?? null]));
  return {
    ...hour,
    times: [new Date(endsAt).toISOString()],
    series: quiet as unknown as HistorySeries,
    now: now as unknown as History["now"],
    failuresByCode: {},
    well: { ok: true, reasons: [] },
  };
}

// The axis of a waterfall: where an instant stands between its two ends. Long times in which nothing happened are cut short, since a message
// that was delayed for an hour would otherwise leave no room for what takes milliseconds.

export interface Span {
  /** In milliseconds. */
  readonly start: number;
  readonly end: number;
}

export interface TimeAxis {
  /** The place of an instant, from 0 to 1. */
  at(ms: number): number;
  /** Where a time was cut short, and how long it was. */
  readonly cuts: readonly { readonly at: number; readonly ms: number }[];
}

/** A time without anything is cut short when it is longer than this, and than this part of all times with something. */
const longestGapMs = 250;
const longestGap = 0.6;
/** A cut takes this part of all times with something. */
const cutShare = 0.08;
const shortestMs = 0.05;

export function timeAxis(spans: readonly Span[]): TimeAxis {
  const busy = merged(spans);
  const busyMs = Math.max(
    shortestMs,
    busy.reduce((sum, { start, end }) => sum + Math.max(end - start, shortestMs), 0),
  );
  // Pieces of the axis in their order; `width` is how many milliseconds of the axis a piece takes.
  const pieces: (Span & { readonly width: number; readonly cut: boolean })[] = [];
  for (const [index, span] of busy.entries()) {
    const before = busy[index - 1];
    if (before !== undefined) {
      const gap = span.start - before.end;
      const cut = gap > Math.max(longestGapMs, busyMs * longestGap);
      pieces.push({ start: before.end, end: span.start, width: cut ? busyMs * cutShare : gap, cut });
    }
    pieces.push({ ...span, width: Math.max(span.end - span.start, shortestMs), cut: false });
  }
  const total = pieces.reduce((sum, { width }) => sum + width, 0);
  const cuts: { at: number; ms: number }[] = [];
  let left = 0;
  const placed = pieces.map((piece) => {
    const from = left / total;
    left += piece.width;
    if (piece.cut) cuts.push({ at: (from + left / total) / 2, ms: piece.end - piece.start });
    return { ...piece, from, to: left / total };
  });
  return {
    cuts,
    at(ms) {
      const piece = placed.find(({ end }) => ms <= end) ?? placed.at(-1);
      if (piece === undefined) return 0;
      const length = piece.end - piece.start;
      const share = length <= 0 ? 0 : Math.min(1, Math.max(0, (ms - piece.start) / length));
      return piece.from + share * (piece.to - piece.from);
    },
  };
}

function merged(spans: readonly Span[]): Span[] {
  const all: { start: number; end: number }[] = [];
  for (const { start, end } of spans.toSorted((one, other) => one.start - other.start)) {
    const last = all.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else all.push({ start, end });
  }
  return all;
}

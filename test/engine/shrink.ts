// Makes a failing application smaller for as long as it still fails.

import type { App } from "./app.js";

/** Everything that is one piece smaller: without some of its steps, or of the commands in its messages. */
function* smaller(app: App): Iterable<App> {
  const { steps } = app;
  for (let length = Math.ceil(steps.length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let from = 0; from < steps.length; from += length) {
      yield { ...app, steps: [...steps.slice(0, from), ...steps.slice(from + length)] };
    }
  }
  for (const plain of withoutOne(app.steps)) yield { ...app, steps: plain as App["steps"] };
  if (app.maxBatch !== 1) yield { ...app, maxBatch: 1 };
}

/** The value without one command, failure or wait of a message somewhere in it. */
function* withoutOne(value: unknown): Iterable<unknown> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const other of withoutOne(item)) yield value.with(index, other);
    }
  } else if (typeof value === "object" && value !== null) {
    const record = value as Record<string, unknown>;
    for (const name of ["fails", "slowMs"]) {
      if (name in record) yield Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
    }
    if (Array.isArray(record.ops)) {
      for (const index of record.ops.keys()) yield { ...record, ops: record.ops.toSpliced(index, 1) };
    }
    for (const [key, inner] of Object.entries(record)) {
      for (const other of withoutOne(inner)) yield { ...record, [key]: other };
    }
  }
}

/** Shrinks an application; `fails` runs one. Gives up after so many runs. */
export async function shrink(app: App, fails: (app: App) => Promise<boolean>, runs = 1500): Promise<App> {
  let smallest = app;
  for (let left = runs, found = true; found; ) {
    found = false;
    for (const candidate of smaller(smallest)) {
      if (left-- <= 0) return smallest;
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      found = true;
      break;
    }
  }
  return smallest;
}

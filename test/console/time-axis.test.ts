// The axis of a waterfall, and the parser of the stream that the live page reads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser } from "../../console/app/event-stream.js";
import { timeAxis } from "../../console/pages/live/time-axis.js";

test("without gaps, an instant stands where its time is", () => {
  const axis = timeAxis([
    { start: 100, end: 140 },
    { start: 120, end: 200 },
  ]);
  assert.deepEqual([100, 150, 200].map(axis.at), [0, 0.5, 1]);
  assert.deepEqual(axis.cuts, []);
});

test("an hour in which nothing happened is cut short, and says how long it was", () => {
  const hour = 3_600_000;
  const axis = timeAxis([
    { start: 0, end: 10 },
    { start: hour, end: hour + 10 },
  ]);
  assert.equal(axis.cuts.length, 1);
  assert.equal(axis.cuts[0]?.ms, hour - 10);
  assert.ok(axis.at(10) > 0.4 && axis.at(hour) < 0.6 && axis.at(10) < axis.at(hour));
});

test("an instant never stands before an earlier one, and all stand between 0 and 1", () => {
  const axis = timeAxis([
    { start: 5, end: 5 },
    { start: 5, end: 5.2 },
    { start: 7, end: 9 },
    { start: 500, end: 501 },
  ]);
  const places = [0, 5, 5.1, 5.2, 6, 7, 8, 9, 200, 500, 500.5, 501, 900].map(axis.at);
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
  );
  assert.ok(
    places.every((place) => place >= 0 && place <= 1),
    places.join(),
  );
});

test("a lone batch that took no time has a place", () => {
  assert.equal(timeAxis([{ start: 7, end: 7 }]).at(7), 0);
  assert.equal(timeAxis([]).at(7), 0);
});

test("a stream is cut into events wherever its pieces end; comments are none", () => {
  const stream = 'event: batches\ndata: {"a":\ndata: 1}\n\n: still here\n\ndata:x\r\n\r\n';
  const whole = [
    { name: "batches", data: '{"a":\n1}' },
    { name: "message", data: "x" },
  ];
  for (let cut = 0; cut <= stream.length; cut++) {
    const parser = new EventParser();
    assert.deepEqual([...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))], whole, `cut at ${cut}`);
  }
});

// What pauses while the disk is too far behind.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupCommit } from "../../src/engine/group-commit.js";
import { followSaturation } from "../../src/engine/saturation.js";
import { StatefunError } from "../../src/errors.js";
import { RecordingLogger } from "../support/recording-logger.js";

function setUp() {
  const commit = { saturated: false, trouble: undefined, ended: undefined, onChange() {} } as {
    saturated: boolean;
    trouble: StatefunError | undefined;
    ended: StatefunError | undefined;
    onChange(): void;
  };
  const delayed = { paused: false };
  let pumps = 0;
  let closing = false;
  const logger = new RecordingLogger();
  followSaturation({
    commit: commit as unknown as GroupCommit,
    delayed,
    dispatcher: { pump: () => (pumps += 1) },
    logger,
    isClosing: () => closing,
  });
  return { commit, delayed, logger, pumps: () => pumps, close: () => (closing = true) };
}

test("delayed messages pause while the disk is behind, and the log says once why nothing can be written", () => {
  const { commit, delayed, logger, pumps } = setUp();
  commit.saturated = true;
  commit.onChange();
  assert.deepEqual([delayed.paused, logger.lines.length, pumps()], [true, 0, 1]);
  commit.saturated = false;
  commit.onChange();
  assert.equal(delayed.paused, false);
  commit.saturated = true;
  commit.trouble = new StatefunError("STORE_FULL", "for the test");
  commit.onChange();
  commit.onChange();
  assert.deepEqual([delayed.paused, logger.lines.length, pumps()], [true, 1, 4]);
});

test("delayed messages stay paused while the engine closes", () => {
  const { commit, delayed, close } = setUp();
  commit.saturated = true;
  commit.onChange();
  close();
  commit.saturated = false;
  commit.onChange();
  assert.equal(delayed.paused, true);
});

// What a batch has sent: kept, undone, and taken while another message runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchEffects } from "../../src/functions/batch-effects.js";
import { Address } from "../../src/model/address.js";
import { TypedValue } from "../../src/model/typed-value.js";

const target = Address.of("test/f", "a");
const argument = new TypedValue("test/x");

function setUp() {
  const effects = new BatchEffects();
  let sent = 0;
  /** Sends one effect of each kind, under a name of its own. */
  const send = () => {
    sent += 1;
    effects.addMessage({ target: Address.of("test/f", String(sent)), argument });
    effects.addDelayed({ target, argument, delayMs: sent, cancellationToken: `token ${sent}` });
    effects.addEgress({ namespace: "test", name: String(sent), argument });
  };
  /** The names of what is taken, of each kind. */
  const take = () => {
    const { messages, delayed, egresses } = effects.take([]);
    return [
      messages.map(({ target }) => Number(target.id)),
      delayed.map((entry) => ("cancel" in entry ? entry.cancel : entry.delayMs)),
      egresses.map(({ name }) => Number(name)),
    ];
  };
  return { effects, send, take };
}

test("what is kept is taken once, in its order", () => {
  const { effects, send, take } = setUp();
  send();
  effects.keep();
  send();
  effects.keep();
  assert.deepEqual(take(), [
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  assert.deepEqual(take(), [[], [], []]);
});

test("what the message that runs has sent is neither taken nor lost", () => {
  const { effects, send, take } = setUp();
  send();
  effects.keep();
  send();
  assert.deepEqual(take(), [[1], [1], [1]]);
  send();
  effects.keep();
  assert.deepEqual(take(), [
    [2, 3],
    [2, 3],
    [2, 3],
  ]);
});

test("what a failed message has sent is undone, and nothing else", () => {
  const { effects, send, take } = setUp();
  send();
  effects.keep();
  send();
  send();
  effects.undo();
  send();
  effects.keep();
  assert.deepEqual(take(), [
    [1, 4],
    [1, 4],
    [1, 4],
  ]);
});

test("a token waits from its message until its cancellation, and only as long as both are kept", () => {
  const { effects, send } = setUp();
  assert.equal(effects.tokenWaits("token 1"), undefined);
  send();
  effects.keep();
  effects.addDelayed({ cancel: "token 1" });
  assert.equal(effects.tokenWaits("token 1"), false);
  effects.undo();
  assert.equal(effects.tokenWaits("token 1"), true);
  send();
  effects.undo();
  assert.equal(effects.tokenWaits("token 2"), undefined);
});

test("a token of what was taken is the engine's to know", () => {
  const { effects, send } = setUp();
  send();
  effects.keep();
  send();
  effects.take([]);
  assert.equal(effects.tokenWaits("token 1"), undefined);
  assert.equal(effects.tokenWaits("token 2"), true);
});

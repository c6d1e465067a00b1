// The random applications of the engine's own suites, in simulations: whatever goes wrong, they end as the plain model says.
// STATEFUN_SIMULATED_APPS says how many applications there are, STATEFUN_SEED repeats one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context, json, StatefulFunctions, Types } from "statefun-ts";
import { type Command, call, type SimulationView, send, simulate } from "statefun-ts/testing";
import { isClient } from "../../../src/model/client-address.js";
import { type App, egresses, farMs, functionNames, isOld, type Msg, type Op, randomApp } from "../../engine/app.js";
import { Model } from "../../engine/model.js";
import { Random, randomOf } from "../../support/random.js";

const apps = Number(process.env.STATEFUN_SIMULATED_APPS ?? 2);
const runs = 12;

const Message = json<Msg>("test/msg");
const Mail = json<{ readonly from: string; readonly text: string }>("test/mail");
/** Shorter than what is delayed for ever, and longer than all else. */
const horizon = { days: 2 };

const functions = new StatefulFunctions();
for (const name of functionNames) {
  functions.register(
    `test/${name}`,
    ({ ops }: Msg, context, state) => {
      for (const op of ops) obey(op, context, state as unknown as { sum: number });
    },
    { handles: [Message], state: { sum: { type: Types.int, default: 0 } } },
  );
}

function obey(op: Op, context: Context, state: { sum: number }): void {
  const { address, caller } = context;
  const self = `${address.name}/${address.id}`;
  if (op.op === "add") state.sum += op.by;
  else if (op.op === "send") context.send(...target(op.to), Message.pack(op.msg));
  else if (op.op === "egress") context.sendEgress(op.egress, Mail.pack({ from: self, text: op.text }));
  else if (op.op === "after") {
    const token = isOld(self) ? {} : op.token === undefined ? {} : { cancellationToken: op.token };
    context.sendAfter(op.ms, ...target(op.to), Message.pack(op.msg), token);
  } else if (op.op === "cancel") {
    if (!isOld(self)) context.cancelDelayedMessage(op.token);
  } else if (op.op === "reply" && caller !== undefined) {
    context.reply(isClient(caller) ? Types.string.pack(op.msg.id) : Message.pack(op.msg));
  }
}

function target(path: string): [typeName: string, id: string] {
  const [name = "", id = ""] = path.split("/");
  return [`test/${name}`, id];
}

/** What comes from outside, and the model that has got the same. */
function commandsOf({ steps }: App): { readonly commands: Command[]; readonly model: Model } {
  const commands: Command[] = [];
  const model = new Model();
  const keys = new Set<string>();
  for (const step of steps) {
    if (step.step === "advance") commands.push({ wait: step.ms });
    if (step.step !== "send" && step.step !== "call") continue;
    if (step.key !== undefined && keys.has(step.key)) continue; // a repeat, which the clients of a simulation make by themselves
    if (step.key !== undefined) keys.add(step.key);
    commands.push((step.step === "send" ? send : call)(...target(step.to), Message.pack(step.msg)));
    model.send("outside", step.to, step.msg, step.step === "call" ? `call:${step.msg.id}` : undefined);
  }
  model.runUntil(farMs);
  return { commands, model };
}

function compare(view: SimulationView, model: Model): void {
  for (const [path, { states }] of model.places) {
    const [typeName, id] = target(path);
    assert.equal(view.state(typeName, id).sum, Number(states.get("sum")?.value ?? 0), `the sum of ${path}`);
  }
  for (const egress of egresses) {
    const texts = new Map<string, string[]>();
    for (const { from, text } of view.egress(egress)) texts.set(from, [...(texts.get(from) ?? []), text]);
    for (const path of model.places.keys()) {
      const expected = model.egress.get(`${egress} ${path}`) ?? [];
      assert.deepEqual((texts.get(path) ?? []).sort(), expected.toSorted(), `the records of ${path} at ${egress}`);
    }
  }
  assert.deepEqual(
    view
      .delayed()
      .map(({ to, message }) => `${to} ${(message as Msg).id}`)
      .sort(),
    model.delayed.map(({ to, msg }) => `test/${to} ${msg.id}`).sort(),
  );
}

test(`${apps} random applications end as the model says, with every fault and in every order`, async (t) => {
  const first = randomOf(t).below(2 ** 31);
  const input = process.env.STATEFUN_SEED;
  let steps = 0;
  for (let app = 0; app < (input === undefined ? apps : 1); app += 1) {
    const seed = input === undefined ? first + app : Number(input);
    const { commands, model } = commandsOf(randomApp(new Random(seed), { steps: 8, commuting: true }));
    const atEnd = { [`STATEFUN_SEED=${seed}`]: (view: SimulationView) => compare(view, model) };
    steps += (await simulate({ functions }, { runs, seed, commands, horizon, steps: 20_000, atEnd })).steps;
  }
  t.diagnostic(`${steps} steps`);
});

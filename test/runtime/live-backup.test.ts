// A backup that is made while the runtime works: what it holds is from one moment.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { Address, type Context, Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";
import { freshFolder } from "../store/folders.ts";
import { rejectsCode } from "../support/expect-code.ts";
import { send } from "../support/http.ts";

const accounts = 40;
const Move = json<{ amount: number; hops: number }>("bank/move");

/** Sends money on. The sum of all accounts, and of what is under way between them, is always 0. */
@StatefulFunction("bank/account")
class Account {
  @State("balance", Types.int) balance = 0;

  @Handles(Move)
  move({ amount, hops }: { amount: number; hops: number }, context: Context) {
    this.balance += amount;
    if (hops === 0) return;
    this.balance -= amount + 1;
    const next = String((Number(context.address.id) + hops) % accounts);
    const message = Move.pack({ amount: amount + 1, hops: hops - 1 });
    if (hops % 3 === 0) context.sendAfter({ milliseconds: hops % 7 }, Account, next, message);
    else context.send(Account, next, message);
  }
}

const functions = new StatefulFunctions(Account);
const open = (dir: string, admin: { port: number; bearerToken?: string } | false = false) =>
  StatefunRuntime.open({ functions, dir, ingress: false, admin });

/** Waits until nothing is under way. */
async function settle({ engine: { metrics } }: StatefunRuntime): Promise<void> {
  while (metrics.mailboxMessages > 0 || metrics.delayedPending > 0 || metrics.inFlight > 0) {
    await new Promise(setImmediate);
  }
}

async function sumOf(runtime: StatefunRuntime): Promise<number> {
  let sum = 0;
  for (let id = 0; id < accounts; id += 1) {
    const balance = await runtime.engine.state(Address.of("bank/account", String(id)), "balance");
    sum += balance === undefined ? 0 : Types.int.unpack(balance as never);
  }
  return sum;
}

test("copies that are made under load hold each message either as sent or as handled, and open as runtimes of their own", async (t) => {
  const dir = freshFolder(t);
  await using runtime = await open(dir);
  const start = (round: number) =>
    Promise.all(
      Array.from({ length: accounts }, (_, id) =>
        runtime.send("bank/account", String(id), Move.pack({ amount: 0, hops: 40 + round })),
      ),
    );
  const copies: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const to = join(dirname(dir), `backup-${round}`);
    let over = false;
    const copied = runtime.backup(to).finally(() => {
      over = true;
    });
    while (!over) await start(round);
    await copied;
    copies.push(to);
  }
  await settle(runtime);
  assert.equal(await sumOf(runtime), 0);
  let waited = 0;
  for (const copy of copies) {
    await using copied = await open(copy);
    waited += copied.engine.metrics.mailboxMessages + copied.engine.metrics.delayedPending;
    await settle(copied);
    assert.equal(await sumOf(copied), 0, copy);
  }
  assert.ok(waited > 0, "messages were under way in the copies");
});

test("the admin server makes one, and asks for an absolute path", async (t) => {
  const dir = freshFolder(t);
  await using runtime = await open(dir, { port: 0 });
  await runtime.send("bank/account", "1", Move.pack({ amount: 0, hops: 0 }));
  const port = runtime.admin?.port as number;
  const ask = async (to: string | undefined) => {
    const query = to === undefined ? "" : `?to=${encodeURIComponent(to)}`;
    const { status, text } = await send(port, `/backup${query}`, { method: "POST", headers: {} });
    return { status, body: JSON.parse(text) };
  };
  const to = join(dirname(dir), "backup");
  const { status, body } = await ask(to);
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body).sort(), ["bytes", "durationMs", "entries", "folder"]);
  assert.equal(body.folder, to);
  assert.ok(existsSync(join(to, "FORMAT")));
  for (const wrong of [undefined, "", "relative/path", to]) {
    const refused = await ask(wrong);
    assert.deepEqual([refused.status, refused.body.code], [400, "OPTION_INVALID"], wrong);
  }
});

test("closing cuts a backup off: whoever waits for it is told so, in the process and over HTTP, and nothing of it is left", async (t) => {
  const dir = freshFolder(t);
  const runtime = await open(dir, { port: 0 });
  t.after(() => runtime.close());
  await Promise.all(
    Array.from({ length: 3_000 }, (_, id) => runtime.send("bank/account", `${id}`, Move.pack({ amount: id, hops: 0 }))),
  );
  const [own, asked] = [join(dirname(dir), "own"), join(dirname(dir), "asked")];
  const parts = () => readdirSync(dirname(dir)).filter((name) => name.includes(".part-"));
  const cut = rejectsCode(runtime.backup(own), "SHUTTING_DOWN");
  const answer = send(runtime.admin?.port as number, `/backup?to=${asked}`, { method: "POST", headers: {} });
  while (parts().length < 2) await new Promise(setImmediate);
  await runtime.close();
  await cut;
  const { status, text } = await answer;
  assert.deepEqual([status, JSON.parse(text).code], [503, "SHUTTING_DOWN"]);
  await rejectsCode(runtime.backup(own), "SHUTTING_DOWN");
  assert.deepEqual(readdirSync(dirname(dir)), [basename(dir)]);
  await using again = await open(dir);
  await again.backup(own);
});

test("a runtime in memory can be copied into a folder", async (t) => {
  await using runtime = await StatefunRuntime.open({ functions, dir: false, ingress: false, admin: false });
  await runtime.call("bank/account", "7", Move.pack({ amount: 5, hops: 0 }));
  const to = freshFolder(t);
  await runtime.backup(to);
  await using copied = await open(to);
  const balance = await copied.engine.state(Address.of("bank/account", "7"), "balance");
  assert.equal(Types.int.unpack(balance as never), 5);
});

test("no folder, and a folder that can't be made, are refused", async (t) => {
  await using runtime = await StatefunRuntime.open({ functions, dir: false, ingress: false, admin: false });
  await rejectsCode(runtime.backup(""), "OPTION_INVALID");
  await rejectsCode(runtime.backup(undefined as unknown as string), "OPTION_INVALID");
  const dir = freshFolder(t);
  await using other = await open(dir);
  await rejectsCode(other.backup(dir), "OPTION_INVALID", dir);
  const inFile = join(dir, "FORMAT", "backup");
  await rejectsCode(other.backup(inFile), "OPTION_INVALID", inFile);
});

// Accounts that book in ledgers, for the tests that kill processes. Each account notices a message that is lost,
// doubled or out of order. This file also makes the messages to them and knows the right result.

import assert from "node:assert/strict";
import { type Context, Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { tell, type World } from "./world.js";

const Deposit = json<{ number: number; amount: number }>("bank/Deposit");
const Booking = json<{ account: string; number: number }>("bank/Booking");
const Audit = json<null>("bank/Audit");

const accounts = Array.from({ length: 10 }, (_, account) => `account-${account}`);
const ledgers = 3;
const ledgerOf = (account: string) => `ledger-${accounts.indexOf(account) % ledgers}`;

/** The delay before each deposit is handled. */
export const hold: { until: Promise<void> | undefined } = { until: undefined };

@StatefulFunction("bank/account")
class Account {
  @State("count", Types.int) count = 0;
  @State("balance", Types.long) balance = 0n;
  @State("disorder", Types.int) disorder = 0;

  @Handles(Deposit)
  async deposit({ number, amount }: { number: number; amount: number }, context: Context) {
    await hold.until;
    const account = context.address.id;
    if (number !== this.count) this.disorder += 1;
    this.count += 1;
    this.balance += BigInt(amount);
    context.send(Ledger, ledgerOf(account), Booking.pack({ account, number }));
  }

  @Handles(Audit)
  audit(_: null, context: Context) {
    tell(context, { count: this.count, balance: String(this.balance), disorder: this.disorder });
    context.send(Ledger, ledgerOf(context.address.id), Audit.pack(null));
  }
}

@StatefulFunction("bank/ledger")
class Ledger {
  @State("numbers", json<Record<string, number>>("bank/Numbers")) numbers: Record<string, number> = {};
  @State("disorder", Types.int) disorder = 0;

  @Handles(Booking)
  book({ account, number }: { account: string; number: number }) {
    if (number !== (this.numbers[account] ?? 0)) this.disorder += 1;
    this.numbers[account] = number + 1;
  }

  @Handles(Audit)
  audit(_: null, context: Context) {
    tell(context, { numbers: this.numbers, disorder: this.disorder });
  }
}

export const bank = () => new StatefulFunctions(Account, Ledger);

/** Sends deposits to all accounts in turn, and computes the right result. */
export class Traffic {
  readonly #world: World;
  readonly #counts = new Map<string, number>(accounts.map((account) => [account, 0]));
  readonly #balances = new Map<string, number>(accounts.map((account) => [account, 0]));
  sent = 0;

  constructor(world: World) {
    this.#world = world;
  }

  send(messages: number): void {
    for (let message = 0; message < messages; message++) {
      const account = accounts[this.sent % accounts.length] as string;
      const number = this.#counts.get(account) as number;
      const amount = (this.sent % 97) + 1;
      this.#world.send("bank/account", account, Deposit.pack({ number, amount }));
      this.#counts.set(account, number + 1);
      this.#balances.set(account, (this.#balances.get(account) as number) + amount);
      this.sent += 1;
    }
  }

  /** Sends deposits until the promise settles, never far ahead of the functions. */
  async sendDuring(work: Promise<unknown>, answered: () => Promise<void>): Promise<void> {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    while (!done) {
      this.send(100);
      await Promise.race([answered(), work]);
    }
    await work;
  }

  /** Asks every account and ledger for its books, after all deposits, and compares. */
  async audit(): Promise<void> {
    for (const account of accounts) this.#world.send("bank/account", account, Audit.pack(null));
    for (const account of accounts) {
      assert.deepEqual(await this.#world.told(`bank/account/${account}`, 1), [
        { count: this.#counts.get(account), balance: String(this.#balances.get(account)), disorder: 0 },
      ]);
    }
    for (let ledger = 0; ledger < ledgers; ledger++) {
      const own = accounts.filter((account) => ledgerOf(account) === `ledger-${ledger}`);
      // Each account passes the question on after its bookings.
      const answers = await this.#world.told(`bank/ledger/ledger-${ledger}`, own.length);
      assert.deepEqual(answers.at(-1), {
        numbers: Object.fromEntries(own.map((account) => [account, this.#counts.get(account)])),
        disorder: 0,
      });
    }
  }
}

// Accounts that send each other money. Its unit tests pass, and its simulation does not: between the two commits of a transfer,
// the money is nowhere.

import {
  type Context,
  Handles,
  json,
  type Named,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
} from "statefun-ts";

export interface Transfer extends Named<"bank/transfer"> {
  readonly to: string;
  readonly amount: number;
}
export const Transfer = json<Transfer>("bank/transfer");

export interface Deposit extends Named<"bank/deposit"> {
  readonly amount: number;
}
export const Deposit = json<Deposit>("bank/deposit");

@StatefulFunction("bank/account")
export class Account {
  @State("balance", Types.int) balance = 100;

  @Handles(Transfer)
  transfer({ to, amount }: Transfer, context: Context) {
    if (amount > this.balance) return;
    this.balance -= amount;
    // A message of its own, so the other half is a commit of its own.
    context.send(Account, to, Deposit.pack({ amount }));
  }

  @Handles(Deposit)
  deposit({ amount }: Deposit) {
    this.balance += amount;
  }
}

export const functions = new StatefulFunctions(Account);

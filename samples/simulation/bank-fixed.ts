// The accounts of a bank, in one ledger: what must be seen together belongs to one address, whose changes are one commit.

import { Handles, json, type Named, State, StatefulFunction, StatefulFunctions } from "statefun-ts";

export interface Transfer extends Named<"bank/ledger-transfer"> {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}
export const Transfer = json<Transfer>("bank/ledger-transfer");

const Balances = json<Record<string, number>>("bank/balances");

@StatefulFunction("bank/ledger")
export class Ledger {
  @State("balances", Balances) balances: Record<string, number> = { alice: 100, bob: 100 };

  @Handles(Transfer)
  transfer({ from, to, amount }: Transfer) {
    const { [from]: paid = 0, [to]: got = 0 } = this.balances;
    if (from === to || amount > paid) return;
    this.balances = { ...this.balances, [from]: paid - amount, [to]: got + amount };
  }
}

export const functions = new StatefulFunctions(Ledger);

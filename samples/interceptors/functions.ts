// An account behind three interceptors: a line in the log, a time in the metrics, and the question who may do this.
//
//   npm run sample interceptors
//   curl -d 5 -H 'Statefun-Metadata-token: alices-secret' 'localhost:7070/call/example/account/alice'
//   curl -d 5 'localhost:7070/call/example/account/alice'    # 403: no token

import { type Context, Handles, State, StatefulFunction, StatefulFunctions, TerminalError, Types } from "statefun-ts";
import { authorizing } from "./authorizing.js";
import { logging } from "./logging.js";
import { measuring } from "./measuring.js";

@StatefulFunction("example/account")
export class Account {
  @State("balance", Types.int) balance = 0;

  @Handles(Types.int)
  add(amount: number, context: Context) {
    if (this.balance + amount < 0) throw new TerminalError("There is not enough money.", { code: "BALANCE_TOO_LOW" });
    this.balance += amount;
    context.send(Bookings, context.address.id, Types.int.pack(amount));
    return this.balance;
  }
}

@StatefulFunction("example/bookings")
export class Bookings {
  @State("count", Types.int) count = 0;

  @Handles(Types.int)
  book() {
    this.count += 1;
  }
}

// The first interceptor is the outermost one, so that refused messages are logged and measured too.
export const functions = new StatefulFunctions(Account, Bookings).use(logging).use(measuring).use(authorizing);

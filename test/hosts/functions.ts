// The functions that every host serves.

import { type Context, Handles, State, StatefulFunction, StatefulFunctions, TypedValue, Types } from "statefun-ts";
import { Gate } from "../support/gate.ts";

/** Counts each message, then sends it to an egress. */
@StatefulFunction("hosts/count")
class Count {
  @State("count", Types.int) count = 0;

  @Handles()
  receive(message: TypedValue, context: Context) {
    this.count += 1;
    context.sendEgress("hosts/out", message);
  }
}

/** Sends each message to an egress. */
@StatefulFunction("hosts/echo")
class Echo {
  @Handles()
  receive(message: TypedValue, context: Context) {
    context.sendEgress("hosts/out", message);
  }
}

@StatefulFunction("hosts/failing")
class Failing {
  @Handles()
  receive() {
    throw new Error("what a user would not want to be told");
  }
}

/** Lets a test hold a call. */
export const held = { entered: new Gate(), released: new Gate() };

@StatefulFunction("hosts/waiting")
class Waiting {
  @Handles()
  async receive() {
    held.entered.open();
    await held.released.promise;
  }
}

export const functionClasses = [Count, Echo, Failing, Waiting];

export const functions = () => new StatefulFunctions(...functionClasses);

// Messages that arrive later: to the caller or to the function itself. One is cancelled when it is no longer needed.

import { type Context, Handles, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { example } from "../messages/messages.js";

@StatefulFunction("example/delay")
export class Delay {
  @Handles(example.Echo)
  echo(echo: example.Echo, context: Context) {
    // A message from an ingress has no caller. Then the text comes back to this function.
    const target = context.caller ?? context.address;
    context.sendAfter(echo.afterMs, target, example.Greeting.create({ text: echo.text }));
  }

  @Handles(example.Greeting)
  arrived(greeting: example.Greeting, context: Context) {
    context.sendEgress("example/greets", greeting);
  }
}

/** Reminds a visitor who does not come back in time. Cancelling needs StateFun 3 or the embedded runtime. */
@StatefulFunction("example/visits")
export class Visits {
  @State("visits", Types.int) visits = 0;

  @Handles(example.Visit)
  visit({ name, remindAfterMs }: example.Visit, context: Context) {
    if (this.visits > 0) context.cancelDelayedMessage(`reminder-${this.visits}`);
    this.visits += 1;
    context.sendAfter(remindAfterMs, context.address, example.Reminder.create({ name }), {
      cancellationToken: `reminder-${this.visits}`,
    });
  }

  @Handles(example.Reminder)
  remind({ name }: example.Reminder, context: Context) {
    context.sendEgress("example/greets", example.Greeting.create({ text: `We miss you, ${name}` }));
  }
}

export const functions = new StatefulFunctions(Delay, Visits);

// Greets a user and counts the greetings. The count is state: each id has its own.

import { type Context, Handles, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { example } from "../messages/messages.js";

@StatefulFunction("example/count")
export class CountGreeter {
  @State("count", Types.int) count = 0;

  @Handles(example.User)
  greet(user: example.User, context: Context) {
    this.count += 1;
    const greeting = example.Greeting.create({ text: textFor(user.name, this.count), count: this.count });
    context.sendEgress("example/greets", greeting);
    return greeting; // the answer, when a client waits for one
  }
}

function textFor(name: string, count: number): string {
  switch (count) {
    case 1:
      return `Hello ${name}`;
    case 2:
      return "Hello again!";
    case 3:
      return "Third time's the charm";
    default:
      return `Hello for the ${count}th time`;
  }
}

export const functions = new StatefulFunctions(CountGreeter);

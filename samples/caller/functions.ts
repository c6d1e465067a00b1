// A function sends to another function, which replies.

import { type Context, Handles, StatefulFunction, StatefulFunctions } from "statefun-ts";
import { example } from "../messages/messages.js";

@StatefulFunction("example/greeter")
export class Greeter {
  @Handles(example.User)
  greet(user: example.User, context: Context) {
    context.reply(example.Greeting.create({ text: `Hello ${user.name}` }));
  }
}

@StatefulFunction("example/caller")
export class Caller {
  @Handles(example.User)
  ask(user: example.User, context: Context) {
    context.send(Greeter, user.userId, user);
  }

  @Handles(example.Greeting)
  answered(greeting: example.Greeting, context: Context) {
    const text = `${context.caller} said: ${greeting.text}`;
    context.sendEgress("example/greets", example.Greeting.create({ text }));
  }
}

export const functions = new StatefulFunctions(Greeter, Caller);

// The smallest function: it takes a User and says hello.

import { type Context, Handles, StatefulFunction, StatefulFunctions } from "statefun-ts";
import { example } from "../messages/messages.js";

@StatefulFunction("example/hello")
export class Hello {
  @Handles(example.User)
  hello(user: example.User, context: Context) {
    context.sendEgress("example/greets", example.Greeting.create({ text: `Hello ${user.name}` }));
  }
}

export const functions = new StatefulFunctions(Hello);

// One handler for two types of message, and a catch-all for all other types.

import { type Context, Handles, StatefulFunction, StatefulFunctions, type TypedValue, Types } from "statefun-ts";
import { example } from "../messages/messages.js";

@StatefulFunction("example/goodbye")
export class Goodbye {
  @Handles(example.User, example.Admin)
  goodbye(person: example.User | example.Admin, context: Context) {
    const text = person instanceof example.Admin ? `Goodbye admin of level ${person.level}` : "Goodbye user";
    context.sendEgress("example/greets", example.Greeting.create({ text }));
  }

  @Handles()
  other(message: TypedValue, context: Context) {
    const who = message.is(Types.string) ? message.as(Types.string) : message.typename;
    context.sendEgress("example/greets", example.Greeting.create({ text: `Goodbye ${who}` }));
  }
}

export const functions = new StatefulFunctions(Goodbye);

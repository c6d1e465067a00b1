// The functions of this application. Their messages are in messages.proto.

import { type Context, Handles, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { example } from "./messages.js";

/** Greets a person, counts the greetings, and misses a person who stays away for half an hour. */
@StatefulFunction("example/greeter")
export class Greeter {
  // Each id has states of its own. They are kept, also after a crash.
  @State("visits", Types.int) visits = 0;
  @State("missed", Types.bool) missed = false;

  @Handles(example.User)
  greet({ name }: example.User, context: Context) {
    const welcome = this.missed ? `We have missed you, ${name}` : `Hello ${name}`;
    this.visits += 1;
    this.missed = false;
    context.cancelDelayedMessage("miss");
    context.sendAfter({ minutes: 30 }, context.address, example.Miss.create({ name }), { cancellationToken: "miss" });
    return example.Greeting.create({ text: `${welcome}. Visit number ${this.visits}.` }); // the answer to who calls
  }

  @Handles(example.Miss)
  miss(_: example.Miss) {
    this.missed = true;
  }
}

export const functions = new StatefulFunctions(Greeter);

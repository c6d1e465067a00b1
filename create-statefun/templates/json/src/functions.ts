// The functions of this application, and the messages that they take.

import { type Context, Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";

export interface User {
  name: string;
}

export const Greet = json<User>("example/greet");
export const Miss = json<User>("example/miss");

/** Greets a person, counts the greetings, and misses a person who stays away for half an hour. */
@StatefulFunction("example/greeter")
export class Greeter {
  // Each id has states of its own. They are kept, also after a crash.
  @State("visits", Types.int) visits = 0;
  @State("missed", Types.bool) missed = false;

  @Handles(Greet)
  greet({ name }: User, context: Context) {
    const welcome = this.missed ? `We have missed you, ${name}` : `Hello ${name}`;
    this.visits += 1;
    this.missed = false;
    context.cancelDelayedMessage("miss");
    context.sendAfter({ minutes: 30 }, context.address, Miss.pack({ name }), { cancellationToken: "miss" });
    return { text: `${welcome}. Visit number ${this.visits}.` }; // the answer to who calls
  }

  @Handles(Miss)
  miss(_: User) {
    this.missed = true;
  }
}

export const functions = new StatefulFunctions(Greeter);

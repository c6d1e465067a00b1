// State that expires after a while, or that the function clears.

import { type Context, Handles, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { example } from "../messages/messages.js";

@StatefulFunction("example/session")
export class Session {
  // Two seconds, so that you can watch it expire.
  @State("visits", Types.int, { expireAfterWrite: { seconds: 2 } })
  visits: number | undefined;

  @Handles(example.User)
  visit(user: example.User, context: Context) {
    this.visits = (this.visits ?? 0) + 1;
    const text = `${user.name}: visit ${this.visits} of this session`;
    context.sendEgress("example/greets", example.Greeting.create({ text }));
  }

  @Handles(example.Logout)
  logout() {
    this.visits = undefined;
  }
}

export const functions = new StatefulFunctions(Session);

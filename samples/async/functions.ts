// A handler that waits for another service. The next batch for the same id comes only after the handler has ended.

import { type Context, Handles, StatefulFunction, StatefulFunctions } from "statefun-ts";
import { example } from "../messages/messages.js";

/** A slow service, for example a database. */
export interface Directory {
  titleOf(userId: string): Promise<string>;
}

const directory: Directory = {
  titleOf: async (userId) => (userId.startsWith("dr-") ? "Dr." : "dear"),
};

@StatefulFunction("example/async")
export class AsyncGreeter {
  readonly #directory: Directory;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  @Handles(example.User)
  async greet(user: example.User, context: Context) {
    const title = await this.#directory.titleOf(user.userId);
    context.sendEgress("example/greets", example.Greeting.create({ text: `Hello ${title} ${user.name}` }));
  }
}

export const functions = new StatefulFunctions().bind(AsyncGreeter, { create: () => new AsyncGreeter(directory) });

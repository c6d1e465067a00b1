// Records that leave the application: one for a Kafka egress, and a plain message for an egress of your own.

import { type Context, Handles, kafkaRecord, StatefulFunction, StatefulFunctions } from "statefun-ts";
import { example } from "../messages/messages.js";

@StatefulFunction("example/egress")
export class Publisher {
  @Handles(example.User)
  publish(user: example.User, context: Context) {
    const greeting = example.Greeting.create({ text: `Hello ${user.name}` });
    context.sendEgress("example/kafka", kafkaRecord({ topic: "greets", key: user.userId, value: greeting }));
    context.sendEgress("example/greets", greeting);
  }
}

export const functions = new StatefulFunctions(Publisher);

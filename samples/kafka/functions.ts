// Counts the visits of each user, from one Kafka topic to another. A record's key is the user's id.

import { type Context, Handles, kafkaRecord, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { example } from "../messages/messages.js";

@StatefulFunction("example/visitors")
export class Visitors {
  @State("count", Types.int) count = 0;

  @Handles(example.Visit)
  visit(visit: example.Visit, context: Context) {
    this.count += 1;
    const greeting = example.Greeting.create({ text: `Hello ${visit.name}`, count: this.count });
    context.sendEgress("example/kafka", kafkaRecord({ topic: "greets", key: context.address.id, value: greeting }));
  }
}

export const functions = new StatefulFunctions(Visitors);

// The functions that the page calls.

import { example } from "../../samples/messages/messages.js";
import { Handles, json, State, StatefulFunction, Types } from "../../src/index.js";

interface Order {
  readonly sku: string;
  readonly note: string;
}
const Order = json<Order>("browser/order");

@StatefulFunction("browser/everything")
export class Everything {
  @State("count", Types.int) count = 0;

  @Handles(example.User)
  hello(user: example.User) {
    this.count += 1;
    return example.Greeting.create({ text: `Hello ${user.name}`, count: this.count });
  }

  @Handles(Types.bytes)
  bytes(bytes: Uint8Array) {
    return bytes;
  }

  @Handles(Types.long)
  long(value: bigint) {
    return value;
  }

  @Handles(Order)
  order(order: Order) {
    return Order.pack(order);
  }

  /** Never ends, so its caller gets no answer. */
  @Handles(Types.bool)
  silent(_value: boolean): Promise<string> {
    return new Promise(() => {});
  }
}

// Orders that wait: for another function, for a function of the Python SDK, for time and for an approval.

import {
  type Context,
  Handles,
  json,
  kafkaRecord,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
  Workflow,
  type WorkflowContext,
} from "statefun-ts";

export interface Order {
  readonly number: number;
}
export const Order = json<Order>("shop/Order");
const Ask = json<Order>("shop/Ask");
const Approval = json<Order>("shop/Approval");
const Pair = json<readonly [number: number, count: number]>("shop/pair");

/** What an order says at its end. */
export interface Receipt {
  readonly number: number;
  /** The how-many-th reservation this one was, at its stock, and the same of the Python function. */
  readonly reserved: number;
  readonly echoed: number;
  /** The how-many-th order this one was, at its address. */
  readonly ended: number;
}
export const Receipt = json<Receipt>("shop/Receipt");

export const stockOf = (number: number) => `stock-${number % 3}`;
export const echoOf = (number: number) => `echo-${number % 4}`;

@StatefulFunction("shop/orders")
class Orders {
  @State("ended", Types.int) ended = 0;

  @Workflow(Order)
  async place({ number }: Order, flow: WorkflowContext) {
    const [reserved, [same, echoed]] = await Promise.all([
      flow.call("shop/stock", stockOf(number), Order.pack({ number }), { answer: Types.int }),
      flow.call("python/echo", echoOf(number), Types.int.pack(number), { answer: Pair }),
    ]);
    if (same !== number) throw new Error(`The echo of ${number} is ${same}.`);
    const charged = await flow.step("charge", async () => number * 2);
    await flow.sleep(100 + (number % 7) * 50);
    flow.send("shop/approvers", flow.address.id, Ask.pack({ number }));
    const approval = await flow.receive(Approval, {
      where: (given) => given.number === number,
      timeout: { minutes: 10 },
    });
    if (approval === undefined || charged !== number * 2) throw new Error(`Order ${number} was not approved.`);
    const ended = await flow.step("end", () => {
      this.ended += 1;
      return this.ended;
    });
    const value = Receipt.pack({ number, reserved, echoed, ended });
    flow.sendEgress("shop/kafka", kafkaRecord({ topic: "receipts", key: flow.address.id, value }));
  }
}

@StatefulFunction("shop/stock")
class Stock {
  @State("reserved", Types.int) reserved = 0;

  @Handles(Order)
  reserve() {
    this.reserved += 1;
    return Types.int.pack(this.reserved);
  }
}

@StatefulFunction("shop/approvers")
class Approvers {
  @Handles(Ask)
  ask({ number }: Order, context: Context) {
    context.sendAfter(100, "shop/orders", context.address.id, Approval.pack({ number }));
  }
}

export const functions = new StatefulFunctions(Orders, Stock, Approvers);

/** The module file of these functions and of the Python function. */
export function moduleOf(broker: string, ours: string, python: string): string {
  const endpoint = (functions: string, url: string) =>
    `kind: io.statefun.endpoints.v2/http\nspec:\n  functions: ${functions}\n  urlPathTemplate: ${url}\n`;
  return `${endpoint("shop/*", ours)}---
${endpoint("python/*", python)}---
kind: io.statefun.kafka.v1/ingress
spec:
  id: shop/orders
  address: ${broker}
  consumerGroupId: shop
  startupPosition:
    type: earliest
  topics:
    - topic: orders
      valueType: shop/Order
      targets:
        - shop/orders
---
kind: io.statefun.kafka.v1/egress
spec:
  id: shop/kafka
  address: ${broker}
  deliverySemantic:
    type: exactly-once
    transactionTimeout: 15min
`;
}

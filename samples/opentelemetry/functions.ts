// An order that is paid and, an hour later, reviewed: three functions and a delay, in the traces of OpenTelemetry.
//
//   npx tsx samples/opentelemetry/console.ts     # prints every span as it ends; nothing else is needed
//   npx tsx samples/opentelemetry/otlp.ts        # sends the spans to a collector at localhost:4318
//   curl -d '"tea"' -H 'content-type: application/json' -H 'traceparent: 00-11111111111111111111111111111111-2222222222222222-01' localhost:7070/call/example/orders/1

import { type Context, Handles, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { openTelemetry } from "statefun-ts/opentelemetry";

@StatefulFunction("example/reviews")
export class Reviews {
  @Handles(Types.string)
  ask(product: string, context: Context) {
    context.sendEgress("example/mails", `How was the ${product}?`);
  }
}

@StatefulFunction("example/payments")
export class Payments {
  @Handles(Types.string)
  pay(product: string, context: Context) {
    context.sendAfter({ hours: 1 }, Reviews, context.address.id, product);
  }
}

@StatefulFunction("example/orders")
export class Orders {
  @Handles(Types.string)
  place(product: string, context: Context) {
    context.send(Payments, context.address.id, product);
    return `Your ${product} is on its way.`;
  }
}

export const functions = new StatefulFunctions(Orders, Payments, Reviews).use(openTelemetry());

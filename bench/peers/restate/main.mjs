// The bench's services on Restate: `node main.mjs <port>` serves them to the Restate server, which calls them over HTTP/2.

import { object, serve, service } from "@restatedev/restate-sdk";

// The SDK is written for Node 22. On Node 20, where our side of the comparison runs too, this is all that it lacks.
Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new this((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
};

const counter = object({
  name: "counter",
  handlers: {
    add: async (context, amount) => {
      const count = ((await context.get("count")) ?? 0) + amount;
      context.set("count", count);
      return count;
    },
  },
});

const prices = service({
  name: "prices",
  handlers: { quote: async (_, { amount }) => amount * 3 },
});

// Two steps and a call, five times. The numbers are those of workflow-program.ts.
const orders = service({
  name: "orders",
  handlers: {
    place: async (context, { amount }) => {
      let total = 0;
      for (let part = 0; part < 5; part++) {
        total += await context.run(`pick ${part}`, async () => amount + part);
        total += await context.run(`pack ${part}`, async () => amount * part);
        total += await context.serviceClient(prices).quote({ amount });
      }
      return total;
    },
  },
});

const port = await serve({ services: [counter, prices, orders], port: Number(process.argv[2]) });
console.log(`PORT ${port}`);

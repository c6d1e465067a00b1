// The counter on Restate: `node main.mjs <port>` serves it to the Restate server, which calls it over HTTP/2.

import { object, serve } from "@restatedev/restate-sdk";

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

const port = await serve({ services: [counter], port: Number(process.argv[2]) });
console.log(`PORT ${port}`);

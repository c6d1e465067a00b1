// Measures each message, by its function and by how it ended. The id of an address is no label: there may be millions of ids.

import { Histogram, Registry } from "prom-client";
import type { Interceptor } from "statefun-ts";

export const registry = new Registry();

const seconds = new Histogram({
  name: "app_message_seconds",
  help: "How long a message took in its function.",
  labelNames: ["function", "outcome"],
  registers: [registry],
});

export const measuring: Interceptor = async ({ address }, next) => {
  const end = seconds.startTimer({ function: address.typeName });
  try {
    const result = await next();
    end({ outcome: "done" });
    return result;
  } catch (error) {
    end({ outcome: "failed" });
    throw error;
  }
};

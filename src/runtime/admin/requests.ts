// Messages and calls that people send through the admin server, as they would through the HTTP ingress.

import { RequestMetadata } from "../http/request-metadata.js";
import { OneMessage } from "../ingress/one-message.js";
import type { Asked } from "./asked.js";
import { maxValueBytes } from "./values.js";

/** No header becomes metadata under its own name. Those that begin with Statefun-Metadata do. */
const metadata = new RequestMetadata([]);

export const requestAnswers = {
  sendMessage: async (asked: Asked): Promise<undefined> => {
    await oneMessage(asked).send(asked);
    return undefined;
  },

  callFunction: async (asked: Asked): Promise<undefined> => {
    await oneMessage(asked).call(asked);
    return undefined;
  },
} as const;

function oneMessage({ engine, catalog }: Asked): OneMessage {
  return new OneMessage({ engine, catalog, metadata, maxBodyBytes: maxValueBytes });
}

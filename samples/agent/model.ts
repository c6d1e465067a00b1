// A language model in the place of a real one: an HTTP server that is slow, and that says the same to the same conversation.
// It knows the tools `weather` and `refund`.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One entry of a conversation. */
export interface Turn {
  readonly from: "person" | "tool";
  readonly text: string;
}

/** What a model says next: an answer, or a tool that it wants to use. */
export type Said =
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "tool"; readonly tool: string; readonly input: string };

/** A model as the agent sees it. */
export interface Model {
  next(talk: readonly Turn[]): Promise<Said>;
}

/** A model behind a URL. */
export function modelAt(url: string): Model {
  return {
    async next(talk) {
      const response = await fetch(url, { method: "POST", body: JSON.stringify(talk) });
      if (!response.ok) throw new Error(`The model answered ${response.status}.`);
      return (await response.json()) as Said;
    },
  };
}

/** A model's server, and how often it was asked. */
export interface ModelServer {
  readonly url: string;
  readonly requests: () => number;
  close(): void;
}

/** Starts the server. It fails at its second request, and thinks for a while before each answer. */
export async function startModel(thinkMs: number): Promise<ModelServer> {
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await new Promise((resolve) => setTimeout(resolve, thinkMs));
    if (requests === 2) return response.writeHead(503).end();
    response.end(JSON.stringify(say(JSON.parse(Buffer.concat(chunks).toString()) as Turn[])));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref(); // does not keep the process alive
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests: () => requests, close: () => server.close() };
}

/** It asks for the weather, then for a refund when it rains, and then answers. */
function say(talk: readonly Turn[]): Said {
  const found = talk.filter(({ from }) => from === "tool").map(({ text }) => text);
  const [weather, refund] = found;
  if (weather === undefined) return { kind: "tool", tool: "weather", input: "Hamburg" };
  if (!weather.includes("rain")) return { kind: "answer", text: `It is ${weather} in Hamburg: no refund.` };
  if (refund === undefined) return { kind: "tool", tool: "refund", input: "trip 7" };
  return { kind: "answer", text: `It is ${weather} in Hamburg. ${refund}` };
}

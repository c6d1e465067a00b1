// The bench's functions on the embedded runtime, as a user's program: `node ours.js [data folder]`. See prepare.ts. The
// program takes commands over IPC and answers each with a message.

import { Address, type Context, Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { StatefunRuntime } from "statefun-ts/runtime";

@StatefulFunction("example/counter")
class Counter {
  @State("count", Types.int) count = 0;

  @Handles(Types.int)
  add(amount: number) {
    this.count += amount;
    return this.count;
  }
}

/** How many messages the functions below have taken since the last reset. */
let taken = 0;
/** How many messages each id was sent, for the ids below this limit. */
const sentTo = new Uint16Array(1_000_000);

/** Counts its messages, and answers a client. */
@StatefulFunction("bench/sink")
class Sink {
  @State("count", Types.int) count = 0;

  @Handles(Types.int)
  take(_: number) {
    taken += 1;
    this.count += 1;
  }

  @Handles(Types.string)
  read() {
    return this.count;
  }
}

interface FanOut {
  readonly messages: number;
  /** The ids are this id and the ids above it, in order. Random when it is left out. */
  readonly from?: number;
  readonly addresses: number;
}
const fanOut = json<FanOut>("bench/FanOut");

/** Sends many messages for one message. */
@StatefulFunction("bench/driver")
class Driver {
  @Handles(fanOut)
  send({ messages, from, addresses }: FanOut, context: Context) {
    for (let index = 0; index < messages; index++) {
      const id = from === undefined ? Math.floor(Math.random() * addresses) : from + index;
      if (id < sentTo.length) sentTo[id]! += 1;
      context.send(Sink, String(id), Types.int.pack(1));
    }
    return messages;
  }
}

interface Token {
  readonly left: number;
  readonly addresses: number;
}
const token = json<Token>("bench/Token");

/** Counts, and sends its token on to a random id until the token has gone far enough. */
@StatefulFunction("bench/walker")
class Walker {
  @State("count", Types.int) count = 0;

  @Handles(token)
  walk({ left, addresses }: Token, context: Context) {
    taken += 1;
    this.count += 1;
    if (left <= 1) return;
    context.send(Walker, String(Math.floor(Math.random() * addresses)), token.pack({ left: left - 1, addresses }));
  }
}

interface Hop {
  readonly left: number;
  /** The client that gets the answer. */
  readonly client?: { readonly namespace: string; readonly name: string; readonly id: string };
}
const hop = json<Hop>("bench/Hop");

/** Counts, and sends on to the next function of a chain. The last function answers the client. */
@StatefulFunction("bench/hop")
class Hopper {
  @State("count", Types.int) count = 0;

  @Handles(hop)
  go({ left, client }: Hop, context: Context) {
    this.count += 1;
    if (left <= 1) {
      const to = client ?? (context.caller as Address);
      context.send(new Address(to.namespace, to.name, to.id), Types.string.pack("done"));
    } else {
      const { namespace, name, id } = client ?? context.deferReply();
      context.send(Hopper, `${context.address.id}+`, hop.pack({ left: left - 1, client: { namespace, name, id } }));
    }
  }
}

/** How late delayed messages came, in milliseconds, since the last question. */
let late: number[] = [];
const due = json<{ readonly at: number }>("bench/Due");

@StatefulFunction("bench/sleeper")
class Sleeper {
  @State("count", Types.int) count = 0;

  @Handles(due)
  wake({ at }: { at: number }) {
    late.push(Date.now() - at);
    this.count += 1;
  }
}

interface Plan {
  readonly messages: number;
  /** When the first message may be due, in milliseconds since 1970, and how long after that the last. */
  readonly at: number;
  readonly spreadMs: number;
}
const plan = json<Plan>("bench/Plan");

/** Delays many messages, each to an id of its own. */
@StatefulFunction("bench/planner")
class Planner {
  @Handles(plan)
  plan({ messages, at: first, spreadMs }: Plan, context: Context) {
    for (let index = 0; index < messages; index++) {
      const at = first + Math.floor(Math.random() * (spreadMs + 1));
      context.sendAfter(Math.max(0, at - Date.now()), Sleeper, `${context.address.id}-${index}`, due.pack({ at }));
    }
    return messages;
  }
}

/** Takes a millisecond of the processor for each message. */
@StatefulFunction("bench/burner")
class Burner {
  @State("count", Types.int) count = 0;

  @Handles(Types.string)
  burn(_: string) {
    for (const until = performance.now() + 1; performance.now() < until; );
    this.count += 1;
    return this.count;
  }
}

/** Keeps a note for two seconds. */
@StatefulFunction("bench/session")
class Session {
  @State("note", Types.string, { expireAfterWrite: { seconds: 2 } }) note = "";

  @Handles(Types.string)
  keep(note: string) {
    this.note = note;
    return "kept";
  }
}

/** Keeps a note until it is empty. */
@StatefulFunction("bench/box")
class Box {
  @State("note", Types.string) note: string | undefined;

  @Handles(Types.string)
  put(note: string) {
    const before = this.note ?? "";
    this.note = note === "" ? undefined : note;
    return before;
  }
}

const begun = performance.now();
const functions = new StatefulFunctions(Counter, Sink, Driver, Walker, Hopper, Sleeper, Planner, Burner, Session, Box);
const [, , dir] = process.argv;
const runtime = await StatefunRuntime.open({
  functions,
  dir: dir ?? false,
  ingress: { port: 0 },
  admin: { port: 0 },
});
const openMs = performance.now() - begun;

const commands = {
  openMs: () => openMs,
  taken: () => taken,
  reset() {
    taken = 0;
  },
  sentTo: (id: number) => sentTo[id],
  late() {
    const times = late;
    late = [];
    return times;
  },
  async memory() {
    // Native memory of collected objects is freed between two collections.
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heapUsed, external, rss };
  },
  stop: () => runtime.close(),
};

interface Question {
  readonly id: number;
  readonly command: keyof typeof commands;
  readonly args: readonly unknown[];
}

process.on("message", async ({ id, command, args }: Question) => {
  try {
    const result = await (commands[command] as (...args: readonly unknown[]) => unknown)(...args);
    process.send?.({ id, result });
    if (command === "stop") process.disconnect();
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
});
// The process ends when the bench ends.
process.on("disconnect", () => process.exit());
process.send?.({ id: 0, result: runtime.ingress?.port });

// A real engine with functions in this process, for tests of the servers around it.

import { example } from "../../../samples/messages/messages.js";
import { Engine } from "../../../src/engine/engine.js";
import type { EngineOptions } from "../../../src/engine/engine-options.js";
import { LocalFunctions } from "../../../src/functions/local-functions.js";
import {
  type Context,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TypedValue,
  Types,
} from "../../../src/index.js";
import { parseTypeName } from "../../../src/model/type-name.js";
import { InProcessEndpoint } from "../../../src/runtime/endpoint/in-process.js";
import type { HttpServer } from "../../../src/runtime/http/listening.js";
import {
  type HttpIngressOptions,
  httpIngressOptions,
  openHttpIngress,
} from "../../../src/runtime/ingress/http-ingress.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import type { Store } from "../../../src/store/store.js";
import type { TypeCatalog } from "../../../src/types/type-catalog.js";
import { checkOf } from "../../support/described.js";
import { Gate } from "../../support/gate.js";
import { checkAnswersOf } from "../../support/http.js";

/** Greets by how often it has seen somebody: one handler, of a protobuf message. */
@StatefulFunction("example/count")
export class CountGreeter {
  @State("count", Types.int) count = 0;

  @Handles(example.User)
  greet(user: example.User): example.Greeting {
    this.count += 1;
    return example.Greeting.create({ text: `Hello ${user.name}`, count: this.count });
  }
}

interface Order {
  sku: string;
  amount: number;
}
const Order = json<Order>("shop/order");

/** Doors that tests open: a function that waits for one takes no further message. */
const doors = new Map<string, Gate>();
/** Tells that a function stands before its door. */
const arrived = new Map<string, Gate>();

/** Many handlers, and one for every other type. */
@StatefulFunction("example.deep/many")
export class Many {
  @State("sum", Types.long) sum = 0n;

  @Handles(Order)
  async order(order: Order): Promise<Order> {
    return { ...order, amount: order.amount * 2 };
  }

  @Handles(Types.long)
  add(amount: bigint): bigint {
    this.sum += amount;
    return this.sum;
  }

  @Handles(Types.string)
  shout(text: string, context: Context) {
    context.reply(text.toUpperCase());
  }

  @Handles(example.User, example.Admin)
  either(person: example.User | example.Admin): string {
    return person instanceof example.Admin ? `admin ${person.name}` : `user ${person.name}`;
  }

  @Handles(Types.bool)
  silent(_value: boolean, context: Context): void {
    context.deferReply(); // and never answers
  }

  @Handles(Types.int)
  async waits(_value: number, context: Context): Promise<string> {
    arrived.get(context.address.id)?.open();
    await doors.get(context.address.id)?.promise;
    return "let in";
  }

  @Handles(example.Echo)
  record(echo: example.Echo, context: Context): string {
    context.sendEgress("example/out", example.Greeting.create({ text: echo.text }));
    return "sent";
  }

  @Handles()
  rest(value: TypedValue): TypedValue {
    return new TypedValue("example/echo", value.value);
  }
}

/** A function with no type that is known to anybody. */
@StatefulFunction("example/untyped")
class Untyped {
  @Handles()
  any(value: TypedValue, context: Context) {
    context.reply(value);
  }
}

function catalogOf(functions: StatefulFunctions): TypeCatalog {
  const handled = (typeName: string) => functions.get(typeName)?.handled ?? [];
  return {
    typeNames: functions.typeNames,
    handled: (typeName) => handled(typeName).map(({ type }) => type),
    takesAll(typeName) {
      const spec = functions.get(typeName);
      return spec && spec.catchAll !== undefined;
    },
    handler: (typeName, method) => {
      const found = handled(typeName).filter(({ name }) => name === method);
      return found.length === 1 ? found[0]?.type : undefined;
    },
    find: (typename) => functions.findType(typename),
    state: (typeName, name) => functions.get(typeName)?.states.find((state) => state.name === name)?.type,
  };
}

export interface World {
  readonly engine: Engine;
  readonly catalog: TypeCatalog;
  readonly store: Store;
  close(): Promise<void>;
}

const quiet = { error: () => {}, warn: () => {} };

/** Opens an engine, by default in memory. */
export async function openWorld(options: Partial<EngineOptions> = {}): Promise<World> {
  const { store = new MemoryStore() } = options;
  const functions = new StatefulFunctions(CountGreeter, Many, Untyped);
  const route = {
    endpoint: new InProcessEndpoint(new LocalFunctions(functions)),
    generation: "v3",
    maxBatch: 1000,
    states: undefined,
    label: "in this process",
  } as const;
  const names = functions.typeNames.map(parseTypeName);
  const engine = await Engine.open({
    logger: quiet,
    ...options,
    store,
    findRoute: (namespace, name) =>
      names.some((known) => known.namespace === namespace && known.name === name) ? route : undefined,
  });
  return {
    engine,
    catalog: catalogOf(functions),
    store,
    close: async () => {
      await engine.close(0);
      await store.close();
    },
  };
}

/** Opens the ingress of a world, on a free port if no other is named. */
export async function openIngress({ engine, catalog }: World, options: HttpIngressOptions = {}): Promise<HttpServer> {
  return openHttpIngress(engine, catalog, httpIngressOptions.read("The ingress", { port: 0, ...options }));
}

/** Opens the ingress on a free port, runs, and closes all. */
export async function withIngress(
  run: (at: { ingress: HttpServer; port: number; url: string; world: World }) => Promise<void>,
  ingressOptions: HttpIngressOptions = {},
  engineOptions: Partial<EngineOptions> = {},
): Promise<void> {
  const world = await openWorld(engineOptions);
  const ingress = await openIngress(world, ingressOptions);
  const checked = checkAnswersOf(ingress.port, checkOf("ingress"));
  try {
    await run({ ingress, port: ingress.port, url: ingress.url, world });
  } finally {
    checked();
    for (const door of doors.values()) door.open();
    await ingress.close(0);
    await world.close();
  }
}

/** Makes a door for an id; `open` lets the function go on, `reached` resolves when it stands there. */
export function doorFor(id: string): { open(): void; reached: Promise<void> } {
  const door = new Gate();
  const reached = new Gate();
  doors.set(id, door);
  arrived.set(id, reached);
  return { open: () => door.open(), reached: reached.promise };
}

/** Resolves when a condition holds, which other callbacks bring about. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve));
}

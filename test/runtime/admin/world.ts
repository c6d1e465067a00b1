// A real engine in memory, with an admin server on a free port.

import type { TestContext } from "node:test";
import { systemClock } from "../../../src/engine/clock.js";
import { Engine } from "../../../src/engine/engine.js";
import type { EngineLimits } from "../../../src/engine/limits.js";
import { LocalFunctions } from "../../../src/functions/local-functions.js";
import { custom, json, StatefulFunctions, Types } from "../../../src/index.js";
import { Address } from "../../../src/model/address.js";
import type { FunctionPolicy } from "../../../src/model/function-policy.js";
import { type AdminOptions, adminOptions, openAdminServer } from "../../../src/runtime/admin/admin-server.js";
import { Watch } from "../../../src/runtime/admin/watch.js";
import { InProcessEndpoint } from "../../../src/runtime/endpoint/in-process.js";
import type { HttpServer } from "../../../src/runtime/http/listening.js";
import { IngressMetrics } from "../../../src/runtime/ingress/ingress-metrics.js";
import { Runs } from "../../../src/runtime/runs/runs.js";
import { Schedules } from "../../../src/runtime/schedules/schedules.js";
import { backUp } from "../../../src/store/backup.js";
import { MemoryStore } from "../../../src/store/memory-store.js";
import type { TypeCatalog } from "../../../src/types/type-catalog.js";
import { checkDescribed } from "../../support/described.js";
import { type Received, type Sent, send } from "../../support/http.js";

export const Cart = json<{ items: string[] }>("shop.types/cart");
/** A type without a JSON form. */
const Opaque = custom<string>(
  "shop.types/opaque",
  (text) => Buffer.from(text),
  (bytes) => Buffer.from(bytes).toString(),
);

const states = { count: { type: Types.int, default: 0 }, cart: Cart, opaque: Opaque } as const;

/** Counts texts and gives them back; "fail" fails, "opaque" keeps a value that is not JSON. */
const functions = new StatefulFunctions()
  .register(
    "shop/counter",
    (text, _context, state) => {
      if (text === "fail") throw new Error("told to fail");
      if (text === "opaque") state.opaque = "secret";
      state.count += 1;
      return text;
    },
    { handles: [Types.string], state: states },
  )
  .register("shop/deep/other", () => {}, { handles: [Types.string] });

const types: Readonly<Record<string, any>> = { count: Types.int, cart: Cart, opaque: Opaque };
const catalog: TypeCatalog = {
  typeNames: functions.typeNames,
  handled: () => [Types.string],
  handler: () => undefined,
  find: (typename) => functions.findType(typename),
  state: (typeName, name) => (typeName === "shop/counter" ? types[name] : undefined),
};

export interface World {
  readonly engine: Engine;
  readonly admin: HttpServer;
  /** Sends one request to the admin server: "GET /health". */
  ask(line: string, sent?: Sent): Promise<Received & { readonly json: any }>;
  /** Calls the counter of an id, and waits for its answer. */
  tell(id: string, text: string): Promise<void>;
}

/** A world that ends with its test. A failing message parks its address at once. */
export async function world(
  test: TestContext,
  options: AdminOptions = {},
  limits: Partial<EngineLimits> = {},
  store = new MemoryStore(),
  policy: FunctionPolicy = { retry: { attempts: 1 } },
): Promise<World> {
  const endpoint = new InProcessEndpoint(new LocalFunctions(functions));
  const route = { endpoint, generation: "v3", maxBatch: 1000, states: undefined, label: "in this process" } as const;
  const watch = new Watch();
  const { recorder, traffic } = watch;
  const engine = await Engine.open({
    store,
    recorder,
    traffic,
    findRoute: (namespace, name) => (functions.typeNames.includes(`${namespace}/${name}`) ? route : undefined),
    limits,
    policy,
    logger: { warn() {}, error() {} },
  });
  const read = adminOptions.read("The admin server", { port: 0, ...options });
  watch.follow(engine);
  const admin = await openAdminServer(
    {
      engine,
      runs: new Runs(engine),
      schedules: new Schedules(new Map(), systemClock, { warn() {}, error() {} }),
      catalog,
      ingresses: new IngressMetrics(),
      watch,
      dir: undefined,
      ingressUrl: undefined,
      backUp: (folder) => backUp(store, folder),
    },
    read,
  );
  checkDescribed(test, "admin", admin);
  test.after(async () => {
    watch.close();
    await admin.close(0);
    await engine.close(0);
  });
  return {
    engine,
    admin,
    ask: async (line, sent) => {
      const [method = "", path = ""] = line.split(" ");
      const received = await send(admin.port, path, { headers: {}, ...sent, method });
      const isJson = received.headers["content-type"] === "application/json";
      return { ...received, json: isJson ? JSON.parse(received.text) : undefined };
    },
    tell: async (id, text) => {
      await engine.call(new Address("shop", "counter", id), Types.string.pack(text));
    },
  };
}

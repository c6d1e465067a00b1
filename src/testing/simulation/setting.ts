// What all runs of a simulation share: the user's functions, and how they are reached and shown.

import type { Clock } from "../../engine/clock.js";
import type { FindRoute, Route } from "../../engine/endpoint.js";
import type { EngineOptions } from "../../engine/engine-options.js";
import { LocalFunctions } from "../../functions/local-functions.js";
import type { RunObserver } from "../../functions/run-observer.js";
import { StatefulFunctions } from "../../functions/stateful-functions.js";
import { makeRoutes } from "../../runtime/endpoint/routes.js";
import { functionCatalog } from "../../runtime/function-catalog.js";
import { showMessage } from "../../types/show-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { primitives } from "../../types/value-json.js";
import { type TestRuntimeOptions, testOptions } from "../test-options.js";
import { type CallParts, type HeldCall, HoldingEndpoint } from "./held-calls.js";

const noLogger = { warn() {}, error() {} };

export class Setting {
  readonly functions: StatefulFunctions;
  readonly catalog: TypeCatalog;
  /** When each run begins, in milliseconds since 1970. */
  readonly startAt: number;
  /** How many milliseconds of the machine's time a handler may take. */
  readonly patienceMs: number;
  /** How each engine is opened, beside what belongs to its run. */
  readonly engine: Omit<EngineOptions, "store" | "findRoute">;
  readonly #options: ReturnType<typeof testOptions.read>;
  readonly #egresses: ReadonlySet<string> | undefined;

  /** Throws OPTION_INVALID. */
  constructor(app: TestRuntimeOptions) {
    const options = testOptions.read("The simulated application", app);
    const { functions = new StatefulFunctions(), types = [], limits, logger = noLogger, egresses } = options;
    const catalog = functionCatalog(functions, types);
    this.functions = functions;
    this.catalog = { ...catalog, find: (typename) => catalog.find(typename) ?? primitives.get(typename) };
    this.startAt = options.startAt.getTime();
    this.patienceMs = options.patience;
    this.engine = {
      limits,
      logger,
      policy: options,
      showMessage: (value) => showMessage(catalog, value),
      ...(options.idempotencyKeyLifetime === undefined ? {} : { keyLifetimeMs: options.idempotencyKeyLifetime }),
    };
    this.#options = options;
    this.#egresses = egresses && new Set(egresses);
  }

  /** The egresses that are there from the start. */
  get egresses(): readonly string[] {
    return [...(this.#egresses ?? [])];
  }

  /** Whether functions may send to an egress. */
  allows(egress: string): boolean {
    return this.#egresses?.has(egress) !== false;
  }

  /**
   * The routes to the functions in one life of an engine. Every call is handed to `hold`, and every egress that is sent to to
   * `onEgress`. The observer sees the runs of workflows.
   */
  routes(
    clock: Clock,
    hold: (call: HeldCall) => void,
    onEgress: (egress: string) => void,
    observer: RunObserver,
  ): FindRoute {
    const { functionOptions, callTimeout: callTimeoutMs, limits } = this.#options;
    const { metadataBytes } = limits;
    const local = new LocalFunctions(this.functions, { callTimeoutMs, metadataBytes, clock, observer });
    const routes = makeRoutes({ endpoints: [], ingresses: [], egresses: [], schedules: [] }, local, functionOptions);
    const found = new Map<string, Route | undefined>();
    return (namespace, name) => {
      const typeName = `${namespace}/${name}`;
      if (!found.has(typeName)) {
        const route = routes.find(namespace, name);
        const run: CallParts["run"] = (batch, taker) => local.run(batch, taker, route?.policy?.callTimeoutMs);
        found.set(typeName, route && { ...route, endpoint: new HoldingEndpoint({ run, hold, onEgress }) });
      }
      return found.get(typeName);
    };
  }
}

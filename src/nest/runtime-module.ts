// The module that runs the stateful functions of a Nest application on the embedded runtime.

import { type DynamicModule, Inject, type ModuleMetadata, Logger as NestLogger, Optional } from "@nestjs/common";
import { APP_FILTER, ApplicationConfig, DiscoveryModule, DiscoveryService, HttpAdapterHost } from "@nestjs/core";
import { StatefunError } from "../errors.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import type { Duration } from "../model/duration.js";
import type { Logger } from "../model/logger.js";
import { assertKnownOptions } from "../model/options.js";
import { type RuntimeOptions, runtimeOptions } from "../runtime/runtime-options.js";
import { StatefunRuntime } from "../runtime/statefun-runtime.js";
import { globalPrefixOf } from "../serve/hosts/nest.js";
import { StatefunExceptionFilter } from "./exceptions.js";
import { FunctionProviders } from "./function-providers.js";
import { StatefunHealthIndicator } from "./health.js";
import { LaterRuntime } from "./later-runtime.js";
import { Mounted, mountNames, type StatefunMount, withoutPorts } from "./mount.js";

/** How the runtime of a StatefunRuntimeModule is opened and closed. */
export interface StatefunRuntimeModuleOptions extends Omit<RuntimeOptions, "functions"> {
  /**
   * Called once with the functions of the application, to add interceptors, and functions without a class:
   * `(functions) => functions.use(openTelemetry())`. Defaults to nothing.
   */
  readonly configure?: (functions: StatefulFunctions) => void;
  /**
   * Serves the ingress, and the admin server with its console, by the application's own HTTP server. Defaults to none: they have the
   * ports that `ingress` and `admin` say.
   */
  readonly mount?: StatefunMount;
  /** How long handlers may take to end when the application closes. Defaults to 10 seconds. */
  readonly grace?: Duration;
}

/** What a StatefunRuntimeModule is beside its runtime. */
export interface StatefunRuntimeModuleExtras {
  /**
   * Whether a request whose controller has let an error of a function or of the runtime through is answered with the error's
   * status and code. Defaults to true.
   */
  readonly exceptionFilter?: boolean;
}

/** Options that a factory makes, for example from a configuration service. */
export interface StatefunRuntimeModuleAsyncOptions
  extends StatefunRuntimeModuleExtras,
    Pick<ModuleMetadata, "imports"> {
  /** The providers that the factory is called with. Defaults to none. */
  readonly inject?: any[];
  /** Makes the options, from the providers in `inject`. */
  readonly useFactory: (...dependencies: any[]) => StatefunRuntimeModuleOptions | Promise<StatefunRuntimeModuleOptions>;
}

const optionsToken = Symbol("StatefunRuntimeModuleOptions");

/**
 * Opens the embedded runtime. Its functions are the classes with @StatefulFunction among the providers of all modules. Every
 * module can inject the StatefunRuntime, whose `ref` calls a function.
 *
 * The runtime opens in `onModuleInit`, before every other module's. Handlers get messages when every module is initialized. The
 * runtime closes in `onModuleDestroy`, after every other module's, and when the handlers in flight have ended.
 *
 * @example
 * ```ts
 * import { NestFactory } from "@nestjs/core";
 * import { StatefunRuntimeModule } from "statefun-ts/nest";
 * import { StatefunRuntime } from "statefun-ts/runtime";
 * import { Count } from "./functions.js";
 *
 * const app = await NestFactory.create({
 *   module: class AppModule {},
 *   imports: [StatefunRuntimeModule.forRoot({ dir: false, ingress: false, admin: false })],
 *   providers: [Count],
 * });
 * await app.init();
 * console.log(await app.get(StatefunRuntime).ref(Count, "bob").add(5));
 * await app.close();
 * ```
 */
export class StatefunRuntimeModule {
  readonly #later: LaterRuntime;
  readonly #discovery: DiscoveryService;
  readonly #options: StatefunRuntimeModuleOptions;
  readonly #config: ApplicationConfig;
  readonly #mounted: Mounted | undefined;
  #providers: FunctionProviders | undefined;

  /** @internal */
  constructor(
    later: LaterRuntime | undefined,
    discovery: DiscoveryService | undefined,
    options: StatefunRuntimeModuleOptions | undefined,
    config: ApplicationConfig,
    host: HttpAdapterHost,
  ) {
    if (later === undefined || discovery === undefined) {
      throw new StatefunError(
        "OPTION_INVALID",
        "A module imports StatefunRuntimeModule itself. Write StatefunRuntimeModule.forRoot({ … }) or forRootAsync in the root module; other modules inject the runtime without an import.",
      );
    }
    assertOptions(options);
    this.#later = later;
    this.#discovery = discovery;
    this.#options = options;
    this.#config = config;
    const { mount } = options;
    if (mount === undefined) return;
    this.#mounted = new Mounted(mount);
    // An application without HTTP has no adapter.
    host.httpAdapter?.use(this.#mounted.middleware);
  }

  /** Makes the module. The application does not start when the runtime can't be opened: `StatefunRuntime.open` says why. */
  static forRoot(options: StatefunRuntimeModuleOptions & StatefunRuntimeModuleExtras = {}): DynamicModule {
    const { exceptionFilter, ...runtimeOptions } = options;
    return moduleOf([], { provide: optionsToken, useValue: runtimeOptions }, exceptionFilter);
  }

  /** Makes the module with options that a factory makes. */
  static forRootAsync(options: StatefunRuntimeModuleAsyncOptions): DynamicModule {
    const { imports = [], inject = [], useFactory, exceptionFilter } = options;
    return moduleOf(imports, { provide: optionsToken, useFactory, inject }, exceptionFilter);
  }

  /** @internal */
  async onModuleInit(): Promise<void> {
    const { configure, grace: _, mount = {}, ...options } = this.#options;
    this.#assertOnlyOne();
    const functions = new StatefulFunctions();
    configure?.(functions);
    this.#providers = new FunctionProviders(this.#discovery, functions);
    await this.#providers.prepare();
    const runtime = await StatefunRuntime.open({
      logger: nestLogger(),
      ...withoutPorts(options, mount),
      functions,
    });
    logPorts(runtime);
    this.#later.open(runtime);
    this.#mounted?.open(runtime, mount, globalPrefixOf(this.#config));
  }

  /** Two modules would each open a runtime with all functions, and nobody could say which one is injected. */
  #assertOnlyOne(): void {
    const runtimes = this.#discovery.getProviders().filter(({ token }) => token === LaterRuntime);
    if (runtimes.length === 1) return;
    throw new StatefunError(
      "OPTION_INVALID",
      "The application imports StatefunRuntimeModule.forRoot or forRootAsync more than once. Import it once, in the root module: every module can inject its runtime.",
    );
  }

  /** @internal */
  onApplicationBootstrap(): void {
    this.#providers?.open();
  }

  /** @internal */
  onModuleDestroy(): Promise<void> {
    const { grace } = this.#options;
    return this.#later.close(grace === undefined ? {} : { grace });
  }
}

// Tells the container what to pass to the constructor, as a compiler with emitDecoratorMetadata would.
[LaterRuntime, DiscoveryService, optionsToken, ApplicationConfig, HttpAdapterHost].forEach((token, index) => {
  Inject(token)(StatefunRuntimeModule, undefined, index);
  // Without forRoot some are missing. The constructor says so better than the container, which names classes of this file.
  Optional()(StatefunRuntimeModule, undefined, index);
});

const optionNames = [
  ...Object.keys(runtimeOptions.described).filter((name) => name !== "functions"),
  ...(["configure", "mount", "grace"] satisfies (keyof StatefunRuntimeModuleOptions)[]),
];

/** Throws OPTION_INVALID. The compiler does not check everything that a factory returns. */
function assertOptions(options: unknown): asserts options is StatefunRuntimeModuleOptions {
  if (typeof options === "object" && options !== null && "functions" in options) {
    throw new StatefunError(
      "OPTION_INVALID",
      "StatefunRuntimeModule has no option functions. List the classes among the providers of your modules; the option configure adds functions without a class.",
    );
  }
  assertKnownOptions("StatefunRuntimeModule", options, optionNames);
  const { mount } = options as StatefunRuntimeModuleOptions;
  if (mount !== undefined) assertKnownOptions("The StatefunRuntimeModule's mount", mount, mountNames);
}

type Provider = NonNullable<ModuleMetadata["providers"]>[number];

function moduleOf(
  imports: NonNullable<ModuleMetadata["imports"]>,
  options: Provider,
  exceptionFilter = true,
): DynamicModule {
  return {
    module: StatefunRuntimeModule,
    global: true,
    imports: [DiscoveryModule, ...imports],
    providers: [
      options,
      LaterRuntime,
      { provide: StatefunRuntime, useFactory: ({ runtime }: LaterRuntime) => runtime, inject: [LaterRuntime] },
      StatefunHealthIndicator,
      ...(exceptionFilter ? [{ provide: APP_FILTER, useClass: StatefunExceptionFilter }] : []),
    ],
    exports: [StatefunRuntime, StatefunHealthIndicator],
  };
}

/** Logs where the servers listen that have ports of their own. */
function logPorts({ ingress, admin }: StatefunRuntime): void {
  const servers = { ingress, console: admin };
  for (const [name, server] of Object.entries(servers)) {
    if (server !== undefined) new NestLogger("Statefun").log(`The ${name} listens on ${server.url}.`);
  }
}

/** Writes the lines of the runtime by the logger of the application. */
function nestLogger(): Logger {
  const logger = new NestLogger("Statefun");
  return {
    error: (line, _error, { stack } = {}) => (stack === undefined ? logger.error(line) : logger.error(line, stack)),
    warn: (line) => logger.warn(line),
  };
}

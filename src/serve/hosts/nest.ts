// The adapter for NestJS, on the Express and on the Fastify platform.

import { type DynamicModule, Inject, type ModuleMetadata } from "@nestjs/common";
import { ApplicationConfig, HttpAdapterHost, ModuleRef } from "@nestjs/core";
import { RequestReplyHandler } from "../../functions/request-reply.js";
import { StatefulFunctions } from "../../functions/stateful-functions.js";
import type { ServeOptions } from "../endpoint.js";
import { type StatefunMiddleware, statefun } from "./express.js";

export type { ServeOptions } from "../endpoint.js";

/** What a StatefunModule serves, and how. */
export interface StatefunModuleOptions extends ServeOptions {
  /**
   * Classes with @StatefulFunction: Nest's container makes a new instance for each batch, with providers in its
   * constructor. Or functions that are bound already.
   */
  readonly functions: StatefulFunctions | readonly (new (...args: any[]) => object)[];
}

/** Where the providers come from that the classes' constructors take. Defaults to the global modules. */
export type StatefunModuleImports = Pick<ModuleMetadata, "imports">;

/** Options that a factory makes, for example from a configuration service. */
export interface StatefunModuleAsyncOptions extends StatefunModuleImports {
  /** What the factory is called with. Defaults to nothing. */
  readonly inject?: any[];
  readonly useFactory: (...dependencies: any[]) => StatefunModuleOptions | Promise<StatefunModuleOptions>;
}

const optionsToken = Symbol("StatefunModuleOptions");

/**
 * Serves stateful functions at one path, after the global prefix. It exports its RequestReplyHandler, for health checks.
 * Closing the application finishes the calls in flight first.
 *
 * @example
 * ```ts
 * import { NestFactory } from "@nestjs/core";
 * import { StatefunModule } from "statefun-ts/nest";
 * import { Count } from "./functions.js";
 *
 * const app = await NestFactory.create(StatefunModule.forRoot({ functions: [Count] }));
 * await app.listen(8000);
 * ```
 */
export class StatefunModule {
  readonly #handler: RequestReplyHandler;
  readonly #options: StatefunModuleOptions;
  readonly #moduleRef: ModuleRef;
  readonly #host: HttpAdapterHost;
  readonly #config: ApplicationConfig;
  #middleware: StatefunMiddleware | undefined;

  /** @internal */
  constructor(
    handler: RequestReplyHandler,
    options: StatefunModuleOptions,
    moduleRef: ModuleRef,
    host: HttpAdapterHost,
    config: ApplicationConfig,
  ) {
    this.#handler = handler;
    this.#options = options;
    this.#moduleRef = moduleRef;
    this.#host = host;
    this.#config = config;
  }

  /** What is wrong with the functions or the options is thrown when the application starts, as `bind` throws it. */
  static forRoot({ imports, ...options }: StatefunModuleOptions & StatefunModuleImports): DynamicModule {
    return moduleOf(imports, { provide: optionsToken, useValue: options });
  }

  /** The same with options that a factory makes. */
  static forRootAsync({ imports, inject = [], useFactory }: StatefunModuleAsyncOptions): DynamicModule {
    return moduleOf(imports, { provide: optionsToken, useFactory, inject });
  }

  /** @internal */
  async onModuleInit(): Promise<void> {
    const { functions, path = "/statefun", healthPath = `${path === "/" ? "" : path}/health`, ...rest } = this.#options;
    // A provider that is missing is found now, not at the first message.
    if (!(functions instanceof StatefulFunctions)) {
      for (const functionClass of functions) await this.#moduleRef.create(functionClass);
    }
    const prefix = this.#config
      .getGlobalPrefix()
      .replace(/^\/?(?=.)/, "/")
      .replace(/\/$/, "");
    // The handler has these three.
    const { generation: _generation, logger: _logger, callTimeout: _callTimeout, ...limits } = rest;
    const options = { ...limits, path: prefix + path, healthPath: healthPath && prefix + healthPath };
    // Middleware, not a controller: it comes before Fastify's parsers, which know no application/octet-stream. An
    // application without HTTP has no adapter.
    this.#middleware = statefun(this.#handler, options);
    this.#host.httpAdapter?.use(this.#middleware);
  }

  /** @internal */
  onModuleDestroy(): Promise<void> {
    return this.#middleware?.close() ?? this.#handler.close();
  }
}

[RequestReplyHandler, optionsToken, ModuleRef, HttpAdapterHost, ApplicationConfig].forEach((token, index) => {
  // What a compiler with emitDecoratorMetadata would note down.
  Inject(token)(StatefunModule, undefined, index);
});

function moduleOf(imports: ModuleMetadata["imports"], options: NonNullable<ModuleMetadata["providers"]>[number]) {
  return {
    module: StatefunModule,
    ...(imports === undefined ? {} : { imports }),
    providers: [options, { provide: RequestReplyHandler, useFactory: handlerOf, inject: [optionsToken, ModuleRef] }],
    exports: [RequestReplyHandler],
  } satisfies DynamicModule;
}

function handlerOf(options: StatefunModuleOptions, moduleRef: ModuleRef): RequestReplyHandler {
  const { functions, path: _path, healthPath: _healthPath, maxBodyBytes: _maxBodyBytes, ...handlerOptions } = options;
  if (functions instanceof StatefulFunctions) return new RequestReplyHandler(functions, handlerOptions);
  const bound = new StatefulFunctions();
  for (const functionClass of functions) bound.bind(functionClass, { create: (wanted) => moduleRef.create(wanted) });
  return new RequestReplyHandler(bound, handlerOptions);
}

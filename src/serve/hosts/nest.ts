// The adapter for NestJS, on the Express and on the Fastify platform.

import { type DynamicModule, Inject, type ModuleMetadata } from "@nestjs/common";
import { ApplicationConfig, HttpAdapterHost, ModuleRef } from "@nestjs/core";
import { otherCopy, StatefunError } from "../../errors.js";
import { RequestReplyHandler } from "../../functions/request-reply.js";
import { StatefulFunctions } from "../../functions/stateful-functions.js";
import { HttpEndpoint, type ServeOptions } from "../adapter.js";
import { type StatefunRequestHandler, statefun } from "./express.js";

export type { ServeOptions } from "../adapter.js";

/** Which functions a StatefunModule serves, and how. */
export interface StatefunModuleOptions extends ServeOptions {
  /**
   * Classes with @StatefulFunction, or functions that are bound already. Nest's container makes an instance of a class for
   * each batch, and gives its constructor the providers that it takes.
   */
  readonly functions: StatefulFunctions | readonly (new (...args: any[]) => object)[];
}

/** The modules that export what the classes' constructors take. Defaults to the global modules. */
export type StatefunModuleImports = Pick<ModuleMetadata, "imports">;

/** Options that a factory makes, for example from a configuration service. */
export interface StatefunModuleAsyncOptions extends StatefunModuleImports {
  /** The providers that the factory is called with. Defaults to none. */
  readonly inject?: any[];
  /** Makes the options, from the providers in `inject`. */
  readonly useFactory: (...dependencies: any[]) => StatefunModuleOptions | Promise<StatefunModuleOptions>;
}

const optionsToken = Symbol("StatefunModuleOptions");

/**
 * Serves stateful functions at one path, after the global prefix. The module exports its RequestReplyHandler, for health
 * checks. Closing the application finishes the calls in flight first.
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
  readonly #endpoint: HttpEndpoint;
  readonly #options: StatefunModuleOptions;
  readonly #moduleRef: ModuleRef;
  readonly #host: HttpAdapterHost;
  readonly #config: ApplicationConfig;
  #middleware: StatefunRequestHandler | undefined;

  /** @internal */
  constructor(
    endpoint: HttpEndpoint,
    options: StatefunModuleOptions,
    moduleRef: ModuleRef,
    host: HttpAdapterHost,
    config: ApplicationConfig,
  ) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#moduleRef = moduleRef;
    this.#host = host;
    this.#config = config;
  }

  /** Makes the module. A fault of the functions or the options is thrown when the application starts, as `bind` throws it. */
  static forRoot({ imports, ...options }: StatefunModuleOptions & StatefunModuleImports): DynamicModule {
    return moduleOf(imports, { provide: optionsToken, useValue: options });
  }

  /** Makes the module with options that a factory makes. */
  static forRootAsync({ imports, inject = [], useFactory }: StatefunModuleAsyncOptions): DynamicModule {
    return moduleOf(imports, { provide: optionsToken, useFactory, inject });
  }

  /** @internal */
  async onModuleInit(): Promise<void> {
    const { functions, describe = "loopback" } = this.#options;
    // One instance of each class is made now, so that a missing provider is found at the start and not at the first message.
    if (!(functions instanceof StatefulFunctions)) {
      for (const functionClass of functions) await this.#moduleRef.create(functionClass);
    }
    const prefix = globalPrefixOf(this.#config);
    const { handler, path, healthPath, maxBodyBytes } = this.#endpoint;
    // A middleware runs before Fastify's parsers, which refuse application/octet-stream. A controller would run after them.
    this.#middleware = statefun(handler, {
      path: prefix + path,
      healthPath: healthPath === undefined ? false : prefix + healthPath,
      describe,
      maxBodyBytes,
    });
    // An application without HTTP has no adapter.
    this.#host.httpAdapter?.use(this.#middleware);
  }

  /** @internal */
  onModuleDestroy(): Promise<void> {
    return this.#middleware?.close() ?? this.#endpoint.close();
  }
}

/** The global prefix of an application, with a slash at its begin and none at its end; "" when there is none. */
export function globalPrefixOf(config: ApplicationConfig): string {
  return config
    .getGlobalPrefix()
    .replace(/^\/?(?=.)/, "/")
    .replace(/\/$/, "");
}

// Tells the container what to pass to the constructor, as a compiler with emitDecoratorMetadata would.
[HttpEndpoint, optionsToken, ModuleRef, HttpAdapterHost, ApplicationConfig].forEach((token, index) => {
  Inject(token)(StatefunModule, undefined, index);
});

function moduleOf(imports: ModuleMetadata["imports"], options: NonNullable<ModuleMetadata["providers"]>[number]) {
  return {
    module: StatefunModule,
    ...(imports === undefined ? {} : { imports }),
    providers: [
      options,
      { provide: HttpEndpoint, useFactory: endpointOf, inject: [optionsToken, ModuleRef] },
      { provide: RequestReplyHandler, useFactory: ({ handler }: HttpEndpoint) => handler, inject: [HttpEndpoint] },
    ],
    exports: [RequestReplyHandler],
  } satisfies DynamicModule;
}

/** Makes the endpoint without the global prefix, since an application may set the prefix after its modules are made. */
function endpointOf({ functions, ...options }: StatefunModuleOptions, moduleRef: ModuleRef): HttpEndpoint {
  if (functions instanceof StatefulFunctions) return new HttpEndpoint(functions, options);
  if (!Array.isArray(functions)) {
    throw new StatefunError(
      "OPTION_INVALID",
      `functions of the StatefunModule must be a list of classes or a StatefulFunctions. ${otherCopy}`,
    );
  }
  const bound = new StatefulFunctions();
  for (const functionClass of functions) bound.bind(functionClass, { create: (wanted) => moduleRef.create(wanted) });
  return new HttpEndpoint(bound, options);
}

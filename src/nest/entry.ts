// The entry `statefun-ts/nest`: stateful functions in a NestJS application, on the embedded runtime or served to an engine.

export {
  type ServeOptions,
  StatefunModule,
  type StatefunModuleAsyncOptions,
  type StatefunModuleImports,
  type StatefunModuleOptions,
} from "../serve/hosts/nest.js";
export { httpExceptionOf, StatefunExceptionFilter } from "./exceptions.js";
export { type StatefunHealth, StatefunHealthIndicator } from "./health.js";
export type { MountedMiddleware, StatefunMount } from "./mount.js";
export {
  StatefunRuntimeModule,
  type StatefunRuntimeModuleAsyncOptions,
  type StatefunRuntimeModuleExtras,
  type StatefunRuntimeModuleOptions,
} from "./runtime-module.js";

// The names that an adapter for a host needs: see docs/writing-an-adapter.md. The adapters in hosts/ use these names and no
// others of this room. The adapters that also run without Node import the names from the files that declare them, since this
// file imports Node's modules.

export { HttpEndpoint } from "./endpoint.js";
export type { HttpAnswer, HttpRequest } from "./http-messages.js";
export { answerNode, requestOf } from "./node-http.js";
export {
  assertServerOptions,
  type ListenOptions,
  type ServerCloseOptions,
  type StatefunServer,
  startServer,
} from "./node-server.js";
export { assertBodyLength } from "./rules.js";
export type { ServeOptions } from "./serve-options.js";

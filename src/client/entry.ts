// The entry `statefun-ts/client`: the client, and what a caller needs to make values and to tell errors apart.

export { type ErrorCode, StatefunError } from "../errors.js";
export type { Duration } from "../model/duration.js";
export { Metadata, type MetadataEntry, type MetadataInput } from "../model/metadata.js";
export type { Named, TypenameOf, WithTypename } from "../model/named.js";
export type { MessageClass, ReflectedType } from "../model/protobuf-class.js";
export type { QueryFailure, QueryOptions, QueryProgress, QueryResults, QueryRow } from "../model/query.js";
export { TerminalError, type TerminalErrorOptions } from "../model/terminal-error.js";
export { Type } from "../model/type.js";
export { TypedValue, type ValueOf } from "../model/typed-value.js";
export type { ClientCallOptions, ClientCancelOptions, ClientSendOptions } from "../refs/call-options.js";
export type { Input, Output, Ref, Sender } from "../refs/plain-types.js";
export { custom } from "../types/custom.js";
export { json, type StandardSchema } from "../types/json.js";
export { Types } from "../types/primitives.js";
export { protobuf, type TypeLike } from "../types/protobuf.js";
export { Client, connect } from "./client.js";
export type { ClientAdminOptions, ClientOptions } from "./client-options.js";
export type { ClientRun, ClientRunCancelOptions, ClientRunOptions } from "./runs.js";

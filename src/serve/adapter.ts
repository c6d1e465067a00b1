// What an adapter for another host is written with: see docs/writing-an-adapter.md.

export { type HttpAnswer, HttpEndpoint, type HttpRequest, type ServeOptions } from "./endpoint.js";
export { hasUnreadBody, requestOf } from "./node-request.js";

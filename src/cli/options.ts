// The options that several commands of `statefun` share.

/** One option. An option without `value` is a switch; `value` is the name of the value in the help. */
export interface OptionSpec {
  readonly value?: string;
  /** Whether an environment variable holds the value when the option is not given: see {@link variableOf}. */
  readonly env?: true;
  /** Whether the option may be given more than once. */
  readonly multiple?: true;
  readonly help: string;
}

export type Options = Readonly<Record<string, OptionSpec>>;

/**
 * Names the environment variable of an option. Options that say what one command does to the runtime have none: a variable
 * that somebody forgot would change every later command.
 */
export function variableOf(option: string): string {
  return `STATEFUN_${option.toUpperCase().replaceAll("-", "_")}`;
}

export const json: Options = { json: { help: "Print one JSON document, for programs." } };
const bearerToken: Options = {
  "bearer-token": {
    value: "token",
    env: true,
    help: "The bearer token that the ingress asks for. Defaults to STATEFUN_BEARER_TOKEN, or none.",
  },
};
const adminBearerToken: Options = {
  "admin-bearer-token": {
    value: "token",
    env: true,
    help: "The bearer token that the admin server asks for. Defaults to STATEFUN_ADMIN_BEARER_TOKEN, or none.",
  },
};
export const ingress: Options = {
  url: {
    value: "url",
    env: true,
    help: "The URL of the ingress. Defaults to STATEFUN_URL, or http://127.0.0.1:7070.",
  },
  ...bearerToken,
};
export const admin: Options = {
  "admin-url": {
    value: "url",
    env: true,
    help: "The URL of the admin server. Defaults to STATEFUN_ADMIN_URL, or http://127.0.0.1:7071.",
  },
  ...adminBearerToken,
};
export const message: Options = {
  bytes: { value: "file", help: "Send the bytes of this file, or of stdin (-), instead of JSON." },
  type: { value: "typename", help: "The type of the message. Defaults to the one type that the function handles." },
  handler: { value: "method", help: "The method that handles the message, instead of --type." },
  key: { value: "key", help: "An idempotency key: the runtime carries out requests with the same key once." },
  metadata: {
    value: "name=text",
    multiple: true,
    help: "A pair of metadata, which travels beside the message. Once for each pair.",
  },
};
export const running: Options = {
  egress: {
    env: true,
    value: "ns/name=target",
    multiple: true,
    help: "Write the records of an egress to a file, an http URL, or stdout (-). Once for each egress.",
  },
  "allow-host-templates": {
    env: true,
    help: "Let the module file have {function.name} in the host of a URL: whoever sends a message then chooses the server.",
  },
  types: {
    env: true,
    value: "file",
    help: "A file whose functions, or whose list exported as types, say which types the functions of the module file take and keep. Servers of this package say so themselves.",
  },
  dir: { env: true, value: "folder", help: "The folder that keeps the data. Defaults to .statefun." },
  memory: { env: true, help: "Keep the data in memory only." },
  "wait-for-lock": {
    env: true,
    value: "time",
    help: "How long to wait while another process has the folder open, for example 30s. Defaults to no wait: the command ends with STORE_LOCKED.",
  },
  "call-timeout": {
    env: true,
    value: "time",
    help: "How long a function in this process may take for one message, for example 5m. Defaults to 1m.",
  },
  attempts: {
    env: true,
    value: "[ns/name=]number",
    multiple: true,
    help: "How often a message that fails is tried. Defaults to 10. Once for all functions, and once for each function or ns/*.",
  },
  "retry-window": {
    env: true,
    value: "[ns/name=]time",
    multiple: true,
    help: "How long a message that fails is tried, for example 1h. Once for all functions, and once for each function or ns/*.",
  },
  "on-failure": {
    env: true,
    value: "[ns/name=]end",
    multiple: true,
    help: "What becomes of a message that has used up its tries: park (its address; the default) or deadLetter. Once for all functions, and once for each function or ns/*.",
  },
  "idempotency-key-lifetime": {
    env: true,
    value: "time",
    help: "How long a request is remembered under its idempotency key, for example 7d. Defaults to 1d.",
  },
  "log-format": {
    env: true,
    value: "format",
    help: "How failures are written to stderr: as text for people, or as json with one document a line. Defaults to text.",
  },
  "log-level": {
    env: true,
    value: "level",
    help: "What is written there: error for what needs a person, warn for what is tried again or was refused, too. Defaults to warn.",
  },
  host: {
    env: true,
    value: "host",
    help: "The host that the ingress listens on; any other host than this machine needs a bearer token or --allowed-host. Defaults to 127.0.0.1.",
  },
  "allowed-host": {
    env: true,
    value: "host",
    multiple: true,
    help: "A host that requests to the ingress may name when there is no bearer token; * allows every host. Once for each host.",
  },
  port: { env: true, value: "port", help: "The port of the ingress; 0 takes a free port. Defaults to 7070." },
  ...bearerToken,
  "admin-host": {
    env: true,
    value: "host",
    help: "The host that the admin server listens on; any other host than this machine needs a bearer token. Defaults to 127.0.0.1.",
  },
  "admin-allowed-host": {
    env: true,
    value: "host",
    multiple: true,
    help: "A host that requests to the admin server may name when there is no bearer token, such as a proxy's; * allows every host. Once for each host.",
  },
  "admin-read-only": { env: true, help: "Let the admin server refuse every request that changes something." },
  "admin-port": {
    env: true,
    value: "port",
    help: "The port of the admin server; 0 takes a free port. Defaults to 7071.",
  },
  ...adminBearerToken,
};
export const limit: Options = { limit: { value: "number", help: "List at most so many. Defaults to 100." } };

export const parkedFilter: Options = {
  function: { value: "ns/name", help: "Only parked addresses of this function." },
  id: { value: "id", help: "Only parked addresses with this id." },
  code: { value: "code", help: "Only addresses that are parked for this code; ADDRESS_PARKED: by hand." },
  error: { value: "fingerprint", help: "Only addresses that are parked for this cause, as GET /failures names it." },
  "older-than": { value: "time", help: "Only addresses that were parked at least so long ago, for example 2h." },
  "newer-than": { value: "time", help: "Only addresses that were parked at most so long ago, for example 2h." },
};

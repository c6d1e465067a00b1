// Every command of `statefun`: what it takes and what it is for.

/** One option. A boolean has no value; `value` is what its value is called. */
export interface OptionSpec {
  readonly value?: string;
  /** The environment variable that it is taken from when it is not given; an empty one is none. */
  readonly env?: string;
  /** Whether it may be given more than once. */
  readonly multiple?: true;
  readonly help: string;
}

/** One command. */
export interface Command {
  /** The arguments as the help writes them; one in brackets may be left out. */
  readonly args: string;
  readonly summary: string;
  readonly options: Options;
}

type Options = Readonly<Record<string, OptionSpec>>;

const json: Options = { json: { help: "Print one JSON document, for programs." } };
const ingress: Options = {
  url: { value: "url", env: "STATEFUN_URL", help: "The ingress. Defaults to STATEFUN_URL or http://127.0.0.1:7070." },
  "ingress-token": {
    value: "token",
    env: "STATEFUN_INGRESS_TOKEN",
    help: "Its bearer token. Defaults to STATEFUN_INGRESS_TOKEN.",
  },
};
const admin: Options = {
  "admin-url": {
    value: "url",
    env: "STATEFUN_ADMIN_URL",
    help: "The admin server. Defaults to STATEFUN_ADMIN_URL or http://127.0.0.1:7071.",
  },
  "admin-token": {
    value: "token",
    env: "STATEFUN_ADMIN_TOKEN",
    help: "Its bearer token. Defaults to STATEFUN_ADMIN_TOKEN.",
  },
};
const message: Options = {
  bytes: { value: "file", help: "Send the bytes of a file, or of stdin (-), as the value, instead of JSON." },
  type: { value: "typename", help: "The message's type. Defaults to the one type that the function handles." },
  handler: { value: "method", help: "The method whose type the message has, instead of --type." },
  key: { value: "key", help: "An idempotency key: a second request with it does nothing more." },
};
const running: Options = {
  egress: {
    value: "ns/name=target",
    multiple: true,
    help: "Where an egress's records go: a file, an http URL, or - for stdout. Once for each egress.",
  },
  dir: { value: "folder", help: "Where the data is kept. Defaults to .statefun." },
  memory: { help: "Keep everything in memory only." },
  "call-timeout": {
    value: "time",
    help: "How long a call of a function in this process may take: milliseconds, or 30s, 5m. Defaults to no limit.",
  },
  host: { value: "host", help: "Where the ingress listens. Defaults to 127.0.0.1." },
  port: { value: "port", help: "The ingress's port; 0 takes a free one. Defaults to 7070." },
  "ingress-token": {
    value: "token",
    env: "STATEFUN_INGRESS_TOKEN",
    help: "A token that the ingress asks for. Defaults to STATEFUN_INGRESS_TOKEN, or none.",
  },
  "admin-host": { value: "host", help: "Where the admin server listens. Defaults to 127.0.0.1; others need a token." },
  "admin-port": { value: "port", help: "The admin server's port; 0 takes a free one. Defaults to 7071." },
  "admin-token": {
    value: "token",
    env: "STATEFUN_ADMIN_TOKEN",
    help: "A token that the admin server asks for. Defaults to STATEFUN_ADMIN_TOKEN, or none.",
  },
};

/** The commands by their names, in the order of the help. */
export const commands = {
  start: {
    args: "[functions.ts] [module.yaml]",
    summary: "Run functions, those of a module file, or both, until Ctrl-C.",
    options: {
      functions: {
        value: "file[#export]",
        help: "The same as the argument [functions.ts]: the file's default export, or its export functions, or the named one.",
      },
      ...running,
      park: {
        value: "ns/name/id",
        multiple: true,
        help: "Park an address before anything is delivered to it. Once for each address.",
      },
      ...json,
    },
  },
  dev: {
    args: "[functions.ts] [module.yaml]",
    summary: "Run functions, and restart them when a source changes.",
    options: { ...running, watch: { value: "folder", help: "What to watch. Defaults to the working folder." } },
  },
  send: {
    args: "<ns/name> <id> [json]",
    summary: "Send a message; done once it is on disk.",
    options: {
      ...message,
      delay: { value: "time", help: "Deliver it later: milliseconds, or 30s, 5m, 2h, 1d." },
      token: { value: "token", help: "A token that statefun cancel withdraws the delayed message by." },
      ...ingress,
      ...json,
    },
  },
  call: {
    args: "<ns/name> <id> [json]",
    summary: "Send a message and print the answer.",
    options: {
      ...message,
      timeout: { value: "time", help: "How long to wait for the answer. Defaults to 30s." },
      ...ingress,
      ...json,
    },
  },
  cancel: {
    args: "<token>",
    summary: "Withdraw a delayed message that was sent with --token.",
    options: { ...ingress, ...json },
  },
  ps: {
    args: "",
    summary: "List the functions, with their addresses, waiting messages and parked addresses.",
    options: { ...admin, ...json },
  },
  addresses: {
    args: "<ns/name>",
    summary: "List the addresses of a function that hold a state or a message.",
    options: {
      after: { value: "id", help: "Begin behind this id." },
      limit: { value: "number", help: "The most addresses to list, up to 1000. Defaults to 100." },
      ...admin,
      ...json,
    },
  },
  show: {
    args: "<ns/name> <id>",
    summary: "Show one address: its states, waiting and delayed messages, and why it is parked.",
    options: { ...admin, ...json },
  },
  parked: {
    args: "",
    summary: "List the parked addresses, and why they are.",
    options: {
      limit: { value: "number", help: "The most addresses to list, up to 1000. Defaults to 100." },
      ...admin,
      ...json,
    },
  },
  state: {
    args: "<ns/name> <id> [name]",
    summary: "Print the states of an address, or one; set or delete it.",
    options: {
      set: { value: "json", help: "Write the state." },
      type: { value: "typename", help: "The type of what is written. Defaults to the state's own." },
      delete: { help: "Delete the state." },
      ...admin,
      ...json,
    },
  },
  park: {
    args: "<ns/name> <id>",
    summary: "Deliver nothing to an address until statefun retry.",
    options: { reason: { value: "text", help: "Why, for those who look." }, ...admin, ...json },
  },
  retry: {
    args: "<ns/name> <id>",
    summary: "Let a parked address go on.",
    options: { ...admin, ...json },
  },
  drop: {
    args: "<ns/name> <id>",
    summary: "Remove the first waiting message of an address, and let it go on.",
    options: { all: { help: "Remove all of its waiting messages." }, ...admin, ...json },
  },
  metrics: {
    args: "",
    summary: "Print the metrics, in Prometheus's text format.",
    options: { ...admin },
  },
  health: {
    args: "",
    summary: "Say whether the runtime takes messages.",
    options: { ...admin, ...json },
  },
  help: {
    args: "[command]",
    summary: "Show the commands, or what one takes.",
    options: {},
  },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;

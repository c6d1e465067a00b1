// Every command of `statefun`: its arguments, its options and its purpose.

/** One option. An option without `value` is a switch; `value` is the name of the value in the help. */
export interface OptionSpec {
  readonly value?: string;
  /** The environment variable that holds the value when the option is not given. An empty variable holds none. */
  readonly env?: string;
  /** Whether the option may be given more than once. */
  readonly multiple?: true;
  readonly help: string;
}

/** One command. */
export interface Command {
  /** The arguments as the help writes them. An argument in brackets may be left out. */
  readonly args: string;
  readonly summary: string;
  readonly options: Options;
  /** Command lines that the help of the command shows. */
  readonly examples?: readonly string[];
}

type Options = Readonly<Record<string, OptionSpec>>;

const json: Options = { json: { help: "Print one JSON document, for programs." } };
const bearerToken: Options = {
  "bearer-token": {
    value: "token",
    env: "STATEFUN_BEARER_TOKEN",
    help: "The bearer token that the ingress asks for. Defaults to STATEFUN_BEARER_TOKEN, or none.",
  },
};
const adminBearerToken: Options = {
  "admin-bearer-token": {
    value: "token",
    env: "STATEFUN_ADMIN_BEARER_TOKEN",
    help: "The bearer token that the admin server asks for. Defaults to STATEFUN_ADMIN_BEARER_TOKEN, or none.",
  },
};
const ingress: Options = {
  url: {
    value: "url",
    env: "STATEFUN_URL",
    help: "The URL of the ingress. Defaults to STATEFUN_URL, or http://127.0.0.1:7070.",
  },
  ...bearerToken,
};
const admin: Options = {
  "admin-url": {
    value: "url",
    env: "STATEFUN_ADMIN_URL",
    help: "The URL of the admin server. Defaults to STATEFUN_ADMIN_URL, or http://127.0.0.1:7071.",
  },
  ...adminBearerToken,
};
const message: Options = {
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
const running: Options = {
  egress: {
    value: "ns/name=target",
    multiple: true,
    help: "Write the records of an egress to a file, an http URL, or stdout (-). Once for each egress.",
  },
  "allow-host-templates": {
    help: "Let the module file have {function.name} in the host of a URL: whoever sends a message then chooses the server.",
  },
  dir: { value: "folder", help: "The folder that keeps the data. Defaults to .statefun." },
  memory: { help: "Keep the data in memory only." },
  "wait-for-lock": {
    value: "time",
    help: "How long to wait while another process has the folder open, for example 30s. Defaults to no wait: the command ends with STORE_LOCKED.",
  },
  "call-timeout": {
    value: "time",
    help: "How long a function in this process may take for one message, for example 5m. Defaults to 1m.",
  },
  attempts: {
    value: "[ns/name=]number",
    multiple: true,
    help: "How often a message that fails is tried. Defaults to 10. Once for all functions, and once for each function or ns/*.",
  },
  "retry-window": {
    value: "[ns/name=]time",
    multiple: true,
    help: "How long a message that fails is tried, for example 1h. Once for all functions, and once for each function or ns/*.",
  },
  "on-failure": {
    value: "[ns/name=]end",
    multiple: true,
    help: "What becomes of a message that has used up its tries: park (its address; the default) or deadLetter. Once for all functions, and once for each function or ns/*.",
  },
  "idempotency-key-lifetime": {
    value: "time",
    help: "How long a request is remembered under its idempotency key, for example 7d. Defaults to 1d.",
  },
  "log-format": {
    value: "format",
    help: "How failures are written to stderr: as text for people, or as json with one document a line. Defaults to text.",
  },
  "log-level": {
    value: "level",
    help: "What is written there: error for what needs a person, warn for what is tried again or was refused, too. Defaults to warn.",
  },
  host: {
    value: "host",
    help: "The host that the ingress listens on; any other host than this machine needs a bearer token or --allowed-host. Defaults to 127.0.0.1.",
  },
  "allowed-host": {
    value: "host",
    multiple: true,
    help: "A host that requests to the ingress may name when there is no bearer token; * allows every host. Once for each host.",
  },
  port: { value: "port", help: "The port of the ingress; 0 takes a free port. Defaults to 7070." },
  ...bearerToken,
  "admin-host": {
    value: "host",
    help: "The host that the admin server listens on; any other host than this machine needs a bearer token. Defaults to 127.0.0.1.",
  },
  "admin-allowed-host": {
    value: "host",
    multiple: true,
    help: "A host that requests to the admin server may name when there is no bearer token, such as a proxy's; * allows every host. Once for each host.",
  },
  "admin-read-only": { help: "Let the admin server refuse every request that changes something." },
  "admin-port": { value: "port", help: "The port of the admin server; 0 takes a free port. Defaults to 7071." },
  ...adminBearerToken,
};
const limit: Options = { limit: { value: "number", help: "List at most so many. Defaults to 100." } };

const parkedFilter: Options = {
  function: { value: "ns/name", help: "Only parked addresses of this function." },
  id: { value: "id", help: "Only parked addresses with this id." },
  code: { value: "code", help: "Only addresses that are parked for this code; ADDRESS_PARKED: by hand." },
  error: { value: "fingerprint", help: "Only addresses that are parked for this cause, as GET /failures names it." },
  "older-than": { value: "time", help: "Only addresses that were parked at least so long ago, for example 2h." },
  "newer-than": { value: "time", help: "Only addresses that were parked at most so long ago, for example 2h." },
};

/** The commands by their names, in the order of the help. */
export const commands = {
  start: {
    args: "[functions.ts] [module.yaml]",
    summary: "Run functions, those of a module file, or both, until Ctrl-C.",
    options: {
      functions: {
        value: "file[#export]",
        help: "The same as the argument [functions.ts]: a file whose default export, export functions, or named export has the functions.",
      },
      ...running,
      park: {
        value: "ns/name/id",
        multiple: true,
        help: "Park an address before any message is delivered to it. Once for each address.",
      },
      ...json,
    },
  },
  dev: {
    args: "[functions.ts] [module.yaml]",
    summary: "Run functions, and restart them when a source changes.",
    options: { ...running, watch: { value: "folder", help: "The folder to watch. Defaults to the working folder." } },
  },
  send: {
    args: "<ns/name> <id> [json]",
    summary: "Send a message; ends when the message is on disk.",
    options: {
      ...message,
      delay: { value: "time", help: "Deliver the message later, for example in 500ms, 30s, 5m, 2h or 1d." },
      at: { value: "time", help: "Deliver the message at this time, for example 2027-01-31T08:00:00Z." },
      "cancellation-token": {
        value: "token",
        help: "The token by which statefun cancel withdraws the delayed message.",
      },
      ...ingress,
      ...json,
    },
  },
  call: {
    args: "<ns/name> <id> [json]",
    summary: "Send a message and print the answer.",
    options: {
      ...message,
      timeout: { value: "time", help: "How long to wait for the answer, for example 5m. Defaults to 30s." },
      ...ingress,
      ...json,
    },
  },
  cancel: {
    args: "<token>",
    summary:
      "Withdraw the delayed message that was sent with this --cancellation-token. (cancel-run cancels workflows.)",
    options: { ...ingress, ...json },
  },
  ps: {
    args: "",
    summary: "List the functions, with their addresses, waiting messages, failures and calls in flight.",
    options: { ...admin, ...json },
  },
  addresses: {
    args: "<ns/name>",
    summary: "List the addresses of a function that hold a state or a message.",
    options: {
      after: { value: "id", help: "List only the ids after this one." },
      ...limit,
      ...admin,
      ...json,
    },
  },
  show: {
    args: "<ns/name> <id>",
    summary: "Show one address: its states, its runs, its messages, why it fails or is parked, and its call in flight.",
    options: { ...admin, ...json },
  },
  failing: {
    args: "",
    summary: "List the addresses that fail and are tried again, with the last error and the next try.",
    options: {
      function: { value: "ns/name", help: "Only addresses of this function." },
      ...limit,
      ...admin,
      ...json,
    },
  },
  parked: {
    args: "",
    summary: "List the parked addresses, and why each is parked.",
    options: {
      after: { value: "place", help: "List only what comes after this place, which the list before ended with." },
      ...limit,
      ...parkedFilter,
      ...admin,
      ...json,
    },
  },
  runs: {
    args: "[ns/name]",
    summary: "List the runs of a function's workflows, or of all functions, and what each of them waits for.",
    options: {
      status: {
        value: "status",
        help: "Only runs of this status: running, waiting, queued; or ended, completed, failed, cancelled, restarted, of the last run of each address that has ended. Defaults to the first three.",
      },
      workflow: { value: "typename", help: "Only runs that a message of this type has begun." },
      "waiting-longer-than": { value: "time", help: "Only runs that wait for something for longer, for example 2h." },
      after: { value: "id", help: "List only the ids after this one." },
      ...limit,
      ...admin,
      ...json,
    },
    examples: [
      "statefun runs shop/checkout",
      "statefun runs",
      "statefun runs shop/checkout --status waiting --waiting-longer-than 2h",
      "statefun runs shop/checkout --status failed --json",
    ],
  },
  run: {
    args: "<ns/name> <id> [run]",
    summary: "Show the runs of an address, or one of them: what it has done, with times, attempts and results.",
    options: { ...admin, ...json },
    examples: ["statefun run shop/checkout order-17", "statefun run shop/checkout order-17 --json"],
  },
  "cancel-run": {
    args: "<ns/name> <id> [run]",
    summary: "Cancel a run of a workflow, or without one all runs of the address, also those that wait for their turn.",
    options: {
      reason: { value: "text", help: "The reason, which the run and whoever waits for its answer get." },
      ...admin,
      ...json,
    },
    examples: [
      "statefun cancel-run shop/checkout order-17",
      'statefun cancel-run shop/checkout order-17 9f86d081884c7d659a2feaa0c55ad015 --reason "sold out"',
    ],
  },
  schedules: {
    args: "",
    summary: "List the schedules, with the next due time, what was sent and missed, and why one can't send.",
    options: { ...admin, ...json },
  },
  schedule: {
    args: "<action> <name>",
    summary: "Pause, resume or run a schedule; run sends its message now.",
    options: { ...admin, ...json },
  },
  state: {
    args: "<ns/name> <id> [name]",
    summary: "Print the states of an address, or print, set or delete one state.",
    options: {
      set: { value: "json", help: "Set the state to this value." },
      type: { value: "typename", help: "The type of the value. Defaults to the type that the state has." },
      delete: { help: "Delete the state." },
      ...admin,
      ...json,
    },
  },
  park: {
    args: "<ns/name> <id>",
    summary: "Deliver no message to an address until statefun retry.",
    options: { reason: { value: "text", help: "The reason, which show and parked print." }, ...admin, ...json },
  },
  retry: {
    args: "[ns/name] [id]",
    summary: "Deliver messages to a parked address again, or with --all to many.",
    options: {
      all: { help: "Retry all parked addresses that the other options choose." },
      "dry-run": { help: "With --all, only say which addresses would be retried." },
      ...parkedFilter,
      ...admin,
      ...json,
    },
  },
  drop: {
    args: "[ns/name] [id]",
    summary: "Remove the first waiting message of an address, or with --all of many, and deliver the others.",
    options: {
      "all-messages": { help: "Remove all waiting messages and not only the first." },
      all: { help: "Drop messages of all parked addresses that the other options choose." },
      "dry-run": { help: "With --all, only say of which addresses messages would be dropped." },
      ...parkedFilter,
      ...admin,
      ...json,
    },
  },
  "dead-letters": {
    args: "[action] [letter] [json]",
    summary: "List the dead letters, or show, edit, resend or drop one; resend and drop also take --all.",
    options: {
      all: { help: "Resend or drop all dead letters that the other options choose." },
      "dry-run": { help: "With --all, only say which dead letters would be resent or dropped." },
      function: { value: "ns/name", help: "Only dead letters of this function." },
      id: { value: "id", help: "Only dead letters of this id." },
      code: { value: "code", help: "Only dead letters whose last failure has this code." },
      error: { value: "fingerprint", help: "Only dead letters of this cause, as GET /failures names it." },
      "older-than": { value: "time", help: "Only dead letters that failed at least so long ago, for example 2h." },
      "newer-than": { value: "time", help: "Only dead letters that failed at most so long ago, for example 2h." },
      type: { value: "typename", help: "The type of the new message. Defaults to the type that the message has." },
      after: { value: "letter", help: "List only the dead letters after this one." },
      ...limit,
      ...admin,
      ...json,
    },
  },
  backup: {
    args: "",
    summary: "Copy everything that the runtime keeps into a new folder, while it goes on.",
    options: {
      to: { value: "folder", help: "The new folder, on the runtime's machine." },
      ...admin,
      ...json,
    },
    examples: ["statefun backup --to backups/monday", "statefun start functions.js --dir backups/monday"],
  },
  metrics: {
    args: "",
    summary: "Print the metrics, in the text format of Prometheus or, with --json, as JSON.",
    options: { ...admin, ...json },
  },
  health: {
    args: "",
    summary: "Say whether the runtime takes messages.",
    options: { ...admin, ...json },
  },
  help: {
    args: "[command]",
    summary: "Show the commands, or the options of one command.",
    options: {},
  },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;

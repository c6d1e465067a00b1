// Every command of `statefun`: its arguments, its options and its purpose.

import { admin, ingress, json, limit, message, type Options, parkedFilter, running } from "./options.js";

/** One command. */
export interface Command {
  /** The arguments as the help writes them. An argument in brackets may be left out. */
  readonly args: string;
  /** The words that the first argument may be, when it is one of a few. */
  readonly words?: readonly string[];
  readonly summary: string;
  readonly options: Options;
  /** Command lines that the help of the command shows. */
  readonly examples: readonly string[];
}

/** The commands by their names, in the order of the help. */
export const commands = {
  start: {
    args: "[functions.ts] [module.yaml]",
    summary: "Run functions, those of a module file, or both, until Ctrl-C.",
    options: {
      functions: {
        env: true,
        value: "file[#export]",
        help: "The same as the argument [functions.ts]: a file whose default export, export functions, or named export has the functions.",
      },
      ...running,
      park: {
        env: true,
        value: "ns/name/id",
        multiple: true,
        help: "Park an address before any message is delivered to it. Once for each address.",
      },
      ...json,
    },
    examples: [
      "statefun start functions.ts",
      "statefun start module.yaml --port 8080 --admin-port 8081",
      "statefun start dist/functions.js --dir /var/lib/shop --egress shop/mails=mails.jsonl --attempts 5",
    ],
  },
  dev: {
    args: "[functions.ts] [module.yaml]",
    summary: "Run functions, and restart them when a source changes.",
    options: {
      ...running,
      open: { env: true, help: "Open the console in the browser, or in the program that BROWSER names." },
      watch: { env: true, value: "folder", help: "The folder to watch. Defaults to the working folder." },
    },
    examples: ["statefun dev", "statefun dev src/functions.ts --memory"],
  },
  module: {
    args: "<functions.ts>",
    summary: "Print a module file of Flink StateFun for the functions of a file.",
    options: {
      engine: {
        value: "engine",
        help: "The engine that reads the file: 3.3, 2.2, or kzm for the fork kzmlabs/flink-statefun. Defaults to 3.3.",
      },
      url: {
        value: "url",
        help: "Where the engine reaches the functions, for example http://functions:8000/statefun.",
      },
      transport: {
        value: "transport",
        help: "How the engine calls the functions: async or okhttp. Defaults to the engine's own choice.",
      },
      "call-limit": {
        value: "time",
        help: "How long a call may take with all its repeats, for example 5m. Defaults to the engine's own limit.",
      },
      kafka: { value: "host:port", help: "The Kafka brokers of the topics and the egresses. Defaults to no Kafka." },
      topic: {
        value: "topic=ns/name[:typename]",
        multiple: true,
        help: "A topic whose records become messages of a function, with the type of their values. The type defaults to the one that the function handles. Once for each topic.",
      },
      group: {
        value: "name",
        help: "The consumer group of the topics. Defaults to the namespace of the first function.",
      },
      "kafka-egress": { value: "ns/name", multiple: true, help: "An egress to Kafka. Once for each egress." },
    },
    examples: [
      "statefun module functions.js --url http://functions:8000/statefun > module.yaml",
      "statefun module functions.js --url http://functions:8000/statefun --kafka kafka:9092 --topic users=example/count --kafka-egress example/kafka",
    ],
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
    examples: [
      'statefun send shop/cart bob \'{"sku":"tea"}\'',
      "statefun send shop/cart bob '{}' --handler remind --delay 30m --cancellation-token bob-reminder",
      'statefun send shop/cart bob \'{"sku":"tea"}\' --type shop.types/add --key order-17',
    ],
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
    examples: ['statefun call shop/cart bob \'{"sku":"tea"}\'', "statefun call shop/counter bob -- -5"],
  },
  cancel: {
    args: "<token>",
    summary:
      "Withdraw the delayed message that was sent with this --cancellation-token. (cancel-run cancels workflows.)",
    options: { ...ingress, ...json },
    examples: ["statefun cancel bob-reminder"],
  },
  ps: {
    args: "",
    summary: "List the functions, with their addresses, waiting messages, failures and calls in flight.",
    options: { ...admin, ...json },
    examples: ["statefun ps", "statefun ps --admin-url http://127.0.0.1:8081 --json"],
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
    examples: ["statefun addresses shop/cart --limit 10", "statefun addresses shop/cart --after bob"],
  },
  show: {
    args: "<ns/name> <id>",
    summary: "Show one address: its states, its runs, its messages, why it fails or is parked, and its call in flight.",
    options: { ...admin, ...json },
    examples: ["statefun show shop/cart bob"],
  },
  query: {
    args: "<ns/name> [condition]",
    summary:
      "Find the addresses of a function whose states meet a condition in CEL, and show columns made of the states.",
    options: {
      columns: {
        value: "a, b",
        help: "The columns beside the id: states, or expressions in CEL, with commas. Defaults to every state.",
      },
      format: {
        value: "format",
        help: "table; or csv or ndjson, which are printed while addresses are found. Defaults to table.",
      },
      after: { value: "id", help: "Find only the ids after this one." },
      limit: { value: "number", help: "Find at most so many. Defaults to 100 for a table, and to no limit otherwise." },
      ...admin,
      ...json,
    },
    examples: [
      "statefun query fleet/device 'status == \"offline\"'",
      "statefun query fleet/device 'size(orders) > 2' --columns 'status, size(orders)'",
      "statefun query fleet/device --format csv > devices.csv",
    ],
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
    examples: ["statefun failing", "statefun failing --function shop/cart"],
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
    examples: ["statefun parked", "statefun parked --function shop/cart --older-than 2h"],
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
    examples: ["statefun schedules"],
  },
  schedule: {
    args: "<action> <name>",
    words: ["pause", "resume", "run"],
    summary: "Pause, resume or run a schedule; run sends its message now.",
    options: { ...admin, ...json },
    examples: ["statefun schedule pause nightly-report", "statefun schedule run nightly-report"],
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
    examples: [
      "statefun state shop/cart bob",
      "statefun state shop/cart bob items --set '{\"tea\":1}'",
      "statefun state shop/cart bob items --delete",
    ],
  },
  park: {
    args: "<ns/name> <id>",
    summary: "Deliver no message to an address until statefun retry.",
    options: { reason: { value: "text", help: "The reason, which show and parked print." }, ...admin, ...json },
    examples: ['statefun park shop/cart bob --reason "waits for the new price list"'],
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
    examples: ["statefun retry shop/cart bob", "statefun retry --all --function shop/cart --dry-run"],
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
    examples: ["statefun drop shop/cart bob", "statefun drop --all --function shop/cart --dry-run"],
  },
  "dead-letters": {
    args: "[action] [letter] [json]",
    words: ["list", "show", "edit", "resend", "drop"],
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
    examples: [
      "statefun dead-letters",
      "statefun dead-letters show 17",
      "statefun dead-letters resend --all --function shop/cart --dry-run",
    ],
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
    examples: ["statefun metrics", "statefun metrics --json"],
  },
  health: {
    args: "",
    summary: "Say whether the runtime takes messages.",
    options: { ...admin, ...json },
    examples: ["statefun health"],
  },
  completion: {
    args: "<shell>",
    words: ["bash", "zsh", "fish"],
    summary: "Print a script that lets bash, zsh or fish complete commands, options and names of files.",
    options: {},
    examples: [
      "statefun completion bash > ~/.local/share/bash-completion/completions/statefun",
      "statefun completion zsh > ~/.zfunc/_statefun",
      "statefun completion fish > ~/.config/fish/completions/statefun.fish",
    ],
  },
  help: {
    args: "[command]",
    summary: "Show the commands, or the options of one command.",
    options: {},
    examples: ["statefun help start"],
  },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;

/** The words that the first argument of a command may be. */
export type WordOf<Name extends "schedule" | "dead-letters" | "completion"> = (typeof commands)[Name]["words"][number];

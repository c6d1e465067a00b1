// What the admin server tells of one function: what it takes, what it keeps, and how it is called.

import type { ShownValue } from "./values.js";

/** The answer about one function, by the name of its route. */
export interface OneFunctionAnswers {
  readonly oneFunction: OneFunction;
}

/** A type, with all that helps to write a value of it. */
export interface ShownType {
  /** The typename of the values. */
  readonly typename: string;
  /** How the values are written: as JSON, as a protobuf message, as one of StateFun's own types, or in a way that the server does not know. */
  readonly kind: "json" | "protobuf" | "primitive" | "unknown";
  /** The JSON Schema (draft 2020-12) of the values' JSON; null when none is known. */
  readonly schema: object | null;
  /** JSON that fits the schema; null when no schema is known, or when no JSON that fits can be made of it. */
  readonly example: unknown;
}

/** A type that a function takes. */
export interface ShownHandler extends ShownType {
  /** The name of the method that takes the type; null when the function has no method of a name. */
  readonly method: string | null;
  /** Whether `?handler=<method>` chooses this type: the method takes no other one. */
  readonly chosenByMethod: boolean;
  /** Whether the handler only reads the states and answers. */
  readonly readOnly: boolean;
}

/** A workflow of a function. */
export interface ShownWorkflow {
  /** The name of the workflow's method; null when it has none. */
  readonly method: string | null;
  /** The typename of the message that begins a run. */
  readonly typename: string;
}

/** A state that a function keeps. */
export interface ShownStateType extends ShownType {
  /** The name of the state. */
  readonly name: string;
  /** What begins the time until the state expires: "none" when it never does. */
  readonly expireMode: "none" | "after-write" | "after-call";
  /** After how many milliseconds the state expires; 0 when it never does. */
  readonly expireAfterMs: number;
  /** The value that the function sees while the state is not set; null when there is none, or when it is not known. */
  readonly default: ShownValue | null;
}

/** How the messages of a function are tried, and how the function is called. */
export interface ShownPolicy {
  /** How often and how long a message that fails is tried. */
  readonly retry: {
    /** How often a message is tried in all; null when there is no limit. */
    readonly attempts: number | null;
    /** The wait before the second try, in milliseconds. Each further wait is twice as long. */
    readonly firstDelayMs: number;
    /** The longest wait before a try, in milliseconds. */
    readonly longestDelayMs: number;
    /** How long a message is tried, in milliseconds; null when there is no limit. */
    readonly windowMs: number | null;
  };
  /** What becomes of a message that has used up its tries. */
  readonly onFailure: "park" | "deadLetter";
  /** The egress that the function's dead letters are sent to, "namespace/name". */
  readonly deadLetterEgress: string;
  /** How many messages of one address are handed over in one call at most. */
  readonly maxBatch: number;
  /** How many calls of the function may be in flight at once; null when there is no limit of the function's own. */
  readonly concurrency: number | null;
}

/** `GET /functions/:namespace/:name`: one function. */
export interface OneFunction {
  /** The function's type name, "namespace/name". */
  readonly function: string;
  /** Where the function is reached: "in this process", a URL, or "served by nothing". */
  readonly endpoint: string;
  /** Whether the function's types are known: it runs in this process, or its server tells them, or the option `types` names them. */
  readonly typesKnown: boolean;
  /** The types that the function takes, in the order of its declaration. Those that begin a run of a workflow are among them. */
  readonly handlers: readonly ShownHandler[];
  /** Whether the function may take every other type too, by a catch-all or in a workflow; null when it is not known. */
  readonly takesAll: boolean | null;
  /** The workflows of the function. */
  readonly workflows: readonly ShownWorkflow[];
  /** The states that the function keeps, in the order of its declaration. */
  readonly states: readonly ShownStateType[];
  /** How the messages of the function are tried, and how it is called; null when nothing serves it. */
  readonly policy: ShownPolicy | null;
  /** The addresses that hold a state or a message, of which at most 1000 are counted. */
  readonly addresses: number;
  /** Whether there are more addresses than were counted. */
  readonly more: boolean;
  /** The messages that wait for the addresses that were counted. */
  readonly waiting: number;
  /** The parked addresses. */
  readonly parked: number;
  /** The addresses whose last call failed, and which are tried again. */
  readonly failing: number;
  /** The calls in flight. */
  readonly inFlight: number;
  /** When the oldest of these calls began; null when there is none. */
  readonly oldestCall: string | null;
}

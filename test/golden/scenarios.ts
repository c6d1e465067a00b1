// The scripts of the functions when the golden bytes were captured, one for each request.

import type { Generation } from "statefun-ts";
import type { Step } from "../interop/actor.ts";

export interface Scenario {
  readonly name: string;
  readonly script: readonly Step[];
  /** Whether another function sends the script, so that there is a caller. Defaults to an ingress. */
  readonly fromFunction?: boolean;
  /** Only engines of this generation can do the script. Defaults to both. */
  readonly only?: Generation;
}

const to = "golden/stateless/values";
const send = (...values: string[]): Step[] => values.map((value) => ({ do: "send", to, value }));
const set = (...values: string[]): Step[] => values.map((value) => ({ do: "set", value }));

export const scenarios: readonly Scenario[] = [
  { name: "no effects", script: [] },
  {
    name: "messages of the kinds that every SDK has",
    script: send("bool true", "bool false", "int 0", "int -1", "int min", "int max", "float 0", "float 1.5").concat(
      send("float smallest", "float largest", "float Infinity", "float -Infinity", "string empty", "string ascii"),
      send("string unicode", "parcel full", "parcel empty"),
    ),
  },
  {
    name: "long and double messages",
    script: send("long 0", "long -1", "long min", "long max", "long 2^53+1", "double 0", "double 0.1").concat(
      send("double smallest", "double largest", "double Infinity", "double -Infinity", "double NaN"),
    ),
  },
  { name: "float NaN", script: send("float NaN") },
  { name: "minus zero", script: send("float -0", "double -0") },
  { name: "minus zero float", script: send("float -0") },
  { name: "a reply", script: [{ do: "reply", value: "string ascii" }], fromFunction: true },
  { name: "states set", script: set("bool true", "int max", "float 1.5", "string unicode", "parcel full") },
  { name: "long and double states set", script: set("long min", "double 0.1") },
  { name: "states set to defaults", script: set("bool false", "int 0", "float 0", "string empty", "parcel empty") },
  { name: "a state set twice", script: set("int 1", "int max") },
  {
    name: "delayed messages and cancellations",
    script: [
      { do: "sendAfter", ms: 1, to: "golden/stateless/later", value: "string ascii" },
      { do: "sendAfter", ms: 86_400_000, to, value: "int max", token: "a" },
      { do: "sendAfter", ms: 2_147_483_648, to, value: "int 1", token: "b é" },
      { do: "cancel", token: "a" },
      { do: "sendAfter", ms: 86_400_000, to, value: "int 0", token: "a" },
      { do: "cancel", token: "unknown" },
    ],
    only: "v3",
  },
  {
    name: "delayed messages",
    script: [
      { do: "sendAfter", ms: 1, to: "golden/stateless/later", value: "string ascii" },
      { do: "sendAfter", ms: 2_147_483_648, to, value: "int max" },
    ],
    only: "v2",
  },
  {
    name: "egress messages",
    script: [
      { do: "egress", egress: "golden/out", value: "string ascii" },
      { do: "egress", egress: "golden/out", value: "string empty" },
      { do: "egress", egress: "golden/out", value: "parcel full" },
    ],
  },
  {
    name: "Kafka records",
    script: [
      { do: "kafka", egress: "golden/kafka", topic: "greets", key: "bob é", text: "hello 😀" },
      { do: "kafka", egress: "golden/kafka", topic: "greets", text: "no key" },
      { do: "kafka", egress: "golden/kafka", topic: "greets", key: "empty", text: "" },
    ],
  },
  {
    name: "Kinesis records",
    script: [
      { do: "kinesis", egress: "golden/kinesis", stream: "s", partitionKey: "p", hashKey: "h", text: "hello" },
      { do: "kinesis", egress: "golden/kinesis", stream: "s", partitionKey: "p", text: "no hash key" },
    ],
  },
  {
    name: "effects of every kind",
    script: [
      { do: "egress", egress: "golden/out", value: "int 1" },
      { do: "sendAfter", ms: 86_400_000, to, value: "int -1" },
      ...send("int min"),
      ...set("string ascii"),
      { do: "reply", value: "bool true" },
    ],
    fromFunction: true,
  },
];

/** The id of a scenario, where it is the id of a function too. */
export const idOf = ({ name }: Scenario): string => name.replaceAll(" ", "-");

/** The states that a second call finds after these scenarios, and then deletes. */
export const deletions: readonly Step[] = [
  { do: "delete", kind: "bool" },
  { do: "delete", kind: "int" },
  { do: "delete", kind: "float" },
  { do: "delete", kind: "string" },
  { do: "delete", kind: "parcel" },
];

/** The states of "states set to defaults", set once more. */
export const repetitions: readonly Step[] = set("bool false", "int 0", "float 0", "string empty", "parcel empty");

/** A state that is deleted although it is not set, and a state that is deleted and set again. */
export const deletionsOfNothing: readonly Step[] = [
  { do: "delete", kind: "int" },
  { do: "delete", kind: "string" },
  { do: "set", value: "string ascii" },
];

// The actor written with our SDK: it performs scripts, and reports every other message. See peers/README.md.

import {
  Address,
  type Context,
  json,
  kafkaRecord,
  kinesisRecord,
  StatefulFunctions,
  type TypedValue,
  Types,
} from "statefun-ts";
import { type Kind, kindOf, kinds, native, packed, shown, types } from "./catalogue.ts";

/** The steps of a script. Values are names of the catalogue, addresses are "namespace/name/id". */
export type Step =
  | { do: "send"; to: string; value: string }
  | { do: "reply"; value: string }
  | { do: "sendAfter"; ms: number; to: string; value: string; token?: string }
  | { do: "cancel"; token: string }
  | { do: "egress"; egress: string; value: string }
  | { do: "kafka"; egress: string; topic: string; text: string; key?: string }
  | { do: "kinesis"; egress: string; stream: string; text: string; partitionKey: string; hashKey?: string }
  | { do: "set"; value: string }
  | { do: "delete"; kind: Kind }
  | { do: "tell"; kind: Kind };

/** A report of an actor: about a message that it received, or about a state. */
export interface Told {
  readonly by: string;
  readonly caller: string | null;
  readonly typename?: string;
  readonly state?: Kind;
  readonly seen: unknown;
  /** Whether the SDK has no type for the message. */
  readonly absent?: boolean;
}

export const Script = json<Step[]>("interop.types/script");
export const Told = json<Told>("interop.types/told");
export const toldEgress = "interop/told";

const states = Object.fromEntries(kinds.map((kind) => [`${kind}_value`, types[kind]]));

/** The functions of every peer, under the same names, and the functions that the golden bytes come from. */
export function actors(...typeNames: string[]): StatefulFunctions {
  const functions = new StatefulFunctions();
  for (const typeName of [...typeNames, "golden/actor"]) functions.register(typeName, act, { state: states });
  return functions
    .register("golden/stateless", (message, context) => act(message, context, {}))
    .register("golden/expiring", () => {}, {
      state: {
        bool_value: Types.bool,
        string_value: { type: Types.string, expireAfterWrite: { minutes: 30 } },
        int_value: { type: Types.int, expireAfterCall: { days: 1 } },
      },
    });
}

function act(message: TypedValue, context: Context, state: Record<string, any>): void {
  if (message.is(Script)) {
    for (const step of message.as(Script)) perform(step, context, state);
    return;
  }
  const { typename } = message;
  const kind = kinds.find((candidate) => message.is(types[candidate]));
  if (kind === undefined) {
    tell(context, { typename, seen: null, absent: true });
    return;
  }
  const value = message.as(types[kind]);
  tell(context, { typename, seen: shown(kind, value), absent: false });
  if (context.address.id.startsWith("echo")) context.reply(types[kind].pack(value));
}

function perform(step: Step, context: Context, state: Record<string, any>): void {
  switch (step.do) {
    case "send":
      context.send(addressOf(step.to), packed(step.value));
      break;
    case "reply":
      context.reply(packed(step.value));
      break;
    case "sendAfter": {
      const options = step.token === undefined ? {} : { cancellationToken: step.token };
      context.sendAfter(step.ms, addressOf(step.to), packed(step.value), options);
      break;
    }
    case "cancel":
      context.cancelDelayedMessage(step.token);
      break;
    case "egress":
      context.sendEgress(step.egress, packed(step.value));
      break;
    case "kafka":
      context.sendEgress(step.egress, kafkaRecord({ topic: step.topic, key: step.key, value: step.text }));
      break;
    case "kinesis":
      context.sendEgress(
        step.egress,
        kinesisRecord({
          stream: step.stream,
          partitionKey: step.partitionKey,
          explicitHashKey: step.hashKey,
          value: step.text,
        }),
      );
      break;
    case "set":
      state[`${kindOf(step.value)}_value`] = native(step.value);
      break;
    case "delete":
      state[`${step.kind}_value`] = undefined;
      break;
    case "tell":
      tell(context, { state: step.kind, seen: shown(step.kind, state[`${step.kind}_value`]) });
      break;
  }
}

function tell(context: Context, told: Omit<Told, "by" | "caller">): void {
  const { address, caller } = context;
  context.sendEgress(toldEgress, Told.pack({ ...told, by: `${address}`, caller: caller ? `${caller}` : null }));
}

function addressOf(text: string): Address {
  const slash = text.lastIndexOf("/");
  return Address.of(text.slice(0, slash), text.slice(slash + 1));
}

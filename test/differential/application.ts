// The application that carries out plans: a class and a registered handler that do the same.

import {
  Address,
  type Context,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  type TypedValue,
  Types,
} from "statefun-ts";
import { example } from "../../samples/messages/messages.js";
import { type Cell, cells, flashMs, type Message, type Step } from "./plan.js";
import type { Progress } from "./progress.js";

const names = ["differential/node", "differential/twin"] as const;
/** Ids that would be invalid in a path or a file name. */
const endings = ["", "é", "/", " %2F", "😀", "\u0000\u0001"];

/** The address of a place. There are two functions for each id. */
export function placeOf(app: number, place: number): Address {
  const number = place >> 1;
  return Address.of(names[place & 1] as string, `${app}.${number}${endings[number % endings.length]}`);
}

const Command = json<Message>("differential/Command");
export const Told = json<ToldValue>("differential/Told");
export const Report = json<ReportValue>("differential/Report");
const Ask = json<{ app: number }>("differential/Ask");
export const reportEgress = "differential/report";

export interface ToldValue {
  readonly app: number;
  readonly by: string;
  readonly caller: string | null;
  readonly path: number;
  readonly id: number;
  readonly state: string | null;
  readonly value: string | null;
}

export interface ReportValue {
  readonly app: number;
  readonly by: string;
  readonly states: Readonly<Record<string, string | null>>;
}

/** A message, in the type that its plan names. */
export function packed(message: Message): TypedValue {
  if (message.form === "json") return Command.pack(message);
  const text = JSON.stringify(message);
  return message.form === "text" ? Types.string.pack(text) : Types.bytes.pack(Buffer.from(text));
}

/** Makes an address report all its states. */
export const ask = (app: number): TypedValue => Ask.pack({ app });

interface Doc {
  readonly numbers: number[];
  readonly by: { readonly [name: string]: number };
}

interface Values {
  arrived: number;
  sum: number;
  largest: bigint | undefined;
  /** For each path, the numbers of its messages in their order. */
  order: Record<string, number>;
  flash: number | undefined;
  flag: boolean | undefined;
  number: number | undefined;
  amount: bigint | undefined;
  ratio: number | undefined;
  name: string | undefined;
  blob: Uint8Array | undefined;
  doc: Doc | undefined;
  user: example.User | undefined;
  kept: string | undefined;
  visited: number | undefined;
}

const DocType = json<Doc>("differential/Doc");
const OrderType = json<Record<string, number>>("differential/Order");
const hour = { hours: 1 };

@StatefulFunction(names[0])
class Node implements Values {
  @State("arrived", Types.int) arrived = 0;
  @State("sum", Types.int) sum = 0;
  @State("largest", Types.long) largest: bigint | undefined;
  @State("order", OrderType) order: Record<string, number> = {};
  @State("flash", Types.int, { expireAfterWrite: flashMs }) flash: number | undefined;
  @State("flag", Types.bool) flag: boolean | undefined;
  @State("number", Types.int) number: number | undefined;
  @State("amount", Types.long) amount: bigint | undefined;
  @State("ratio", Types.double) ratio: number | undefined;
  @State("name", Types.string) name: string | undefined;
  @State("blob", Types.bytes) blob: Uint8Array | undefined;
  @State("doc", DocType) doc: Doc | undefined;
  @State("user", example.User) user: example.User | undefined;
  @State("kept", Types.string, { expireAfterWrite: hour }) kept: string | undefined;
  @State("visited", Types.int, { expireAfterCall: hour }) visited: number | undefined;
  readonly #progress: Progress;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  @Handles(Command)
  command(message: Message, context: Context) {
    carryOut(message, context, this, this.#progress);
  }

  @Handles(Types.string, Types.bytes)
  text(message: string | Uint8Array, context: Context) {
    carryOut(JSON.parse(Buffer.from(message).toString()), context, this, this.#progress);
  }

  @Handles(Ask)
  report({ app }: { app: number }, context: Context) {
    report(app, context);
  }
}

/** The functions of one run. */
export function application(progress: Progress): StatefulFunctions {
  return new StatefulFunctions().bind(Node, { create: () => new Node(progress) }).register(
    names[1],
    (message: Message | string | Uint8Array | { app: number }, context, state) => {
      if (typeof message === "string" || message instanceof Uint8Array) {
        carryOut(JSON.parse(Buffer.from(message).toString()), context, state, progress);
      } else if ("steps" in message) carryOut(message, context, state, progress);
      else report(message.app, context);
    },
    {
      handles: [Command, Types.string, Types.bytes, Ask],
      state: {
        arrived: { type: Types.int, default: 0 },
        sum: { type: Types.int, default: 0 },
        largest: Types.long,
        order: { type: OrderType, default: () => ({}) },
        flash: { type: Types.int, expireAfterWrite: flashMs },
        flag: Types.bool,
        number: Types.int,
        amount: Types.long,
        ratio: Types.double,
        name: Types.string,
        blob: Types.bytes,
        doc: DocType,
        user: example.User,
        kept: { type: Types.string, expireAfterWrite: hour },
        visited: { type: Types.int, expireAfterCall: hour },
      },
    },
  );
}

function carryOut(message: Message, context: Context, values: Values, progress: Progress): void {
  progress.arrived(message);
  values.arrived += 1;
  const before = values.order[message.path] ?? 0;
  const order: Record<string, number> = {
    ...values.order,
    [message.path]: (Math.imul(before, 31) + message.id + 1) | 0,
  };
  // Sorted, so that the order of arrival doesn't matter.
  values.order = Object.fromEntries(Object.entries(order).sort(([a], [b]) => Number(a) - Number(b)));
  for (const step of message.steps) perform(step, message, context, values, progress);
}

function perform(step: Step, message: Message, context: Context, values: Values, progress: Progress): void {
  const { app } = message;
  switch (step.do) {
    case "add":
      values.sum = (values.sum + step.n) | 0;
      break;
    case "raise":
      if (values.largest === undefined || BigInt(step.n) > values.largest) values.largest = BigInt(step.n);
      break;
    case "set":
      change(values, step.cell, step.n, false);
      break;
    case "change":
      change(values, step.cell, step.n, true);
      break;
    case "delete":
      values[step.cell] = undefined;
      break;
    case "flash":
      values.flash = step.n;
      break;
    case "tell":
      tell(step, message, context);
      break;
    case "send":
      context.send(placeOf(app, step.to), packed(step.message));
      break;
    case "reply":
      context.reply(packed(step.message));
      break;
    case "later": {
      const options = step.token === undefined ? {} : { cancellationToken: step.token };
      context.sendAfter(step.ms, placeOf(app, step.to), packed(step.message), options);
      break;
    }
    case "cancel":
      context.cancelDelayedMessage(step.token);
      break;
    case "fail":
      if (progress.failsNow(message, step.times)) throw new Error("on purpose");
      break;
  }
}

/** Sets a state to a value made from a number, or from a number and the state's value before. */
function change(values: Values, cell: Cell, n: number, goesOn: boolean): void {
  switch (cell) {
    case "flag":
      values.flag = (goesOn && values.flag === true) !== (n % 2 === 0);
      break;
    case "number":
    case "visited":
      values[cell] = (Math.imul(goesOn ? (values[cell] ?? 0) : 0, 31) + n) | 0;
      break;
    case "amount":
      values.amount = BigInt.asIntN(64, (goesOn ? (values.amount ?? 0n) : 0n) * 1_000_003n + BigInt(n));
      break;
    case "ratio":
      values.ratio = (goesOn ? (values.ratio ?? 0) : 0) / 3 + n / 7;
      break;
    case "name":
    case "kept":
      values[cell] = [...`${goesOn ? (values[cell] ?? "") : ""}é字😀${n}`].slice(-1000).join("");
      break;
    case "blob": {
      const before = goesOn ? (values.blob ?? []) : [];
      values.blob = Uint8Array.from([...before, ...new Array(Math.abs(n) % 100).fill(n & 255)].slice(-5000));
      break;
    }
    case "doc":
      if (goesOn && values.doc !== undefined)
        values.doc.numbers.push(n); // deep inside
      else values.doc = { numbers: [n], by: { "": n, é: -n } };
      break;
    case "user":
      if (goesOn && values.user) values.user.name += String(n);
      else values.user = example.User.create({ userId: String(n), name: "" });
      break;
  }
}

function tell({ egress, state }: Step & { do: "tell" }, { app, path, id }: Message, context: Context): void {
  const { address, caller } = context;
  const told: ToldValue = {
    app,
    by: String(address),
    caller: caller === undefined ? null : String(caller),
    path,
    id,
    state: state ?? null,
    value: state === undefined ? null : shown(context, state),
  };
  context.sendEgress(egress, egress === "differential/out" ? Told.pack(told) : JSON.stringify(told));
}

function report(app: number, context: Context): void {
  const states = ["arrived", "sum", "largest", "order", "flash", ...cells];
  const value = Object.fromEntries(states.map((state) => [state, shown(context, state)]));
  context.sendEgress(reportEgress, Report.pack({ app, by: String(context.address), states: value }));
}

function shown(context: Context, state: string): string | null {
  const value = context.state.get(state);
  return value === undefined ? null : `${value.typename} ${Buffer.from(value.value).toString("hex")}`;
}

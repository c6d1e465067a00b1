// `statefun module`: writes a module file of Flink StateFun from a file of functions.

import { keptMessagesState } from "../functions/failed-messages.js";
import type { StatefulFunctions } from "../functions/stateful-functions.js";
import { suggestion } from "../model/suggest.js";
import { parseTypeName } from "../model/type-name.js";
import {
  type FlinkEngine,
  type ModuleFunction,
  type ModuleTopic,
  writeFlinkModule,
} from "../runtime/module/write-flink-module.js";
import { durationOf } from "./duration-option.js";
import { functionsFileOf, loadFunctions } from "./load-functions.js";
import { type Input, usage } from "./parse.js";
import { print } from "./print.js";

/** Prints the module file. */
export async function module(input: Input): Promise<void> {
  print(moduleOf(await loadFunctions(functionsFileOf(input.args[0] as string)), input).trimEnd());
}

/** The module file of these functions. Throws OPTION_INVALID, DURATION_INVALID and TYPE_NAME_INVALID. */
export function moduleOf(functions: StatefulFunctions, input: Input): string {
  if (functions.typeNames.length === 0) throw usage("The file has no function, so there is nothing to write.");
  const engine = chosen<FlinkEngine>(input, "engine", ["3.3", "2.2", "kzm"]) ?? "3.3";
  const transport = chosen(input, "transport", ["async", "okhttp"]);
  if (engine === "2.2" && transport !== undefined)
    throw usage("StateFun 2.2 has one transport: leave out --transport.");
  const kafka = input.text("kafka");
  const topics = input.texts("topic").map((written) => topicOf(written, functions));
  const egresses = input.texts("kafka-egress").map(typeNameOf);
  if (kafka === undefined && topics.length + egresses.length > 0) {
    throw usage("--topic and --kafka-egress need the brokers: --kafka host:port.");
  }
  if (kafka !== undefined && topics.length + egresses.length === 0) {
    throw usage("--kafka alone says nothing: name a topic with --topic, or an egress with --kafka-egress.");
  }
  return writeFlinkModule({
    engine,
    functions: declared(functions),
    url: urlOf(input),
    transport,
    callLimitMs: durationOf(input, "call-limit"),
    kafka,
    group: input.text("group"),
    topics,
    egresses,
  });
}

/** The functions with all of their states. */
export function declared(functions: StatefulFunctions): ModuleFunction[] {
  return functions.typeNames.map((typeName) => {
    const { states = [], policy } = functions.get(typeName) ?? {};
    return { typeName, states: policy?.onFailure === "deadLetter" ? [...states, keptMessagesState] : states };
  });
}

function urlOf(input: Input): string {
  const url = input.text("url");
  if (url === undefined)
    throw usage("Say where the engine reaches the functions: --url http://functions:8000/statefun.");
  if (!/^(https?|http\+unix):\/\/\S+$/.test(url)) {
    throw usage(`--url is "${url}"; write http://host:port/path, https:// or http+unix:///path/to/the.sock/path.`);
  }
  return url;
}

function chosen<T extends string>(input: Input, option: string, values: readonly T[]): T | undefined {
  const text = input.text(option);
  if (text === undefined || values.includes(text as T)) return text as T | undefined;
  throw usage(`--${option} is "${text}"; it must be ${values.join(" or ")}.${suggestion(text, values)}`);
}

/** Reads "topic=namespace/name" or "topic=namespace/name:typename". */
function topicOf(written: string, functions: StatefulFunctions): ModuleTopic {
  const [, topic, target, typename] = /^([^=]+)=([^:]+)(?::(.+))?$/.exec(written) ?? [];
  if (topic === undefined || target === undefined) {
    throw usage(`--topic is "${written}"; write topic=namespace/name, or topic=namespace/name:typename.`);
  }
  const spec = functions.get(typeNameOf(target));
  if (spec === undefined) {
    throw usage(
      `--topic ${topic} names ${target}, which the file does not have.${suggestion(target, functions.typeNames)}`,
    );
  }
  const typenames = [...new Set(spec.handled.map(({ type }) => type.typename))];
  if (typename !== undefined) {
    const takes = spec.catchAll !== undefined || typenames.includes(typename);
    if (takes) return { topic, target, typename };
    throw usage(`${target} takes no ${typename}. It takes ${typenames.join(", ")}.`);
  }
  const [only, ...others] = typenames;
  if (only !== undefined && others.length === 0) return { topic, target, typename: only };
  const takes = only === undefined ? "takes values of any type" : `takes ${typenames.join(", ")}`;
  throw usage(`${target} ${takes}: write which of them the topic holds, --topic ${topic}=${target}:typename.`);
}

/** Throws TYPE_NAME_INVALID. */
function typeNameOf(text: string): string {
  parseTypeName(text);
  return text;
}

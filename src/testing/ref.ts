// A function instance with the methods of its class, as a test calls it.

import { StatefunError } from "../errors.js";
import { isProtobufCodec } from "../model/protobuf-class.js";
import { TypedValue } from "../model/typed-value.js";
import { toJsonText } from "../refs/json-text.js";
import { methods } from "../refs/methods.js";
import type { RuntimeCallOptions } from "../runtime/requests.js";
import type { TypeCatalog } from "../types/type-catalog.js";

type Call = (value: unknown, options?: RuntimeCallOptions) => Promise<unknown>;

/** Makes an object that has every method. A method packs its message by the type that the handler of its name takes. */
export function methodsOf(catalog: TypeCatalog, typeName: string, call: Call): object {
  return methods(async (method, message, options) => call(packed(catalog, typeName, method, message), options));
}

function packed(catalog: TypeCatalog, typeName: string, method: string, message: unknown): unknown {
  if (message instanceof TypedValue || isProtobufCodec(message?.constructor)) return message;
  const type = catalog.handler(typeName, method);
  if (type === undefined) {
    throw new StatefunError(
      "OPTION_INVALID",
      `${typeName} has no method "${method}" that takes exactly one type. Pack the message with its type.`,
    );
  }
  const json = type.fromJson(JSON.parse(toJsonText(message, method)));
  return type.pack(json === undefined ? message : json);
}

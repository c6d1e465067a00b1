// Commands whose messages are made from the types of the handlers.

import type * as FastCheck from "fast-check";
import type { Arbitrary } from "fast-check";
import { StatefunError } from "../../errors.js";
import { typeNameOf } from "../../functions/class-record.js";
import type { Type } from "../../model/type.js";
import { schemaOf } from "../../types/json-schema.js";
import { Types } from "../../types/primitives.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import type { Command, GeneratedCommands, SendCommand } from "./commands.js";
import { valuesOf } from "./json-schema-values.js";

/** Makes lists of commands. Throws OPTION_INVALID for a type of which no values can be made. */
export function generatedCommands(
  fc: typeof FastCheck,
  { to, ids, most = 8, messages = {} }: GeneratedCommands,
  catalog: TypeCatalog,
): Arbitrary<Command[]> {
  const commands = to.map(typeNameOf).flatMap((typeName) =>
    catalog.handled(typeName).map((type): Arbitrary<SendCommand> => {
      const { typename } = type;
      const given = messages[typename] as Arbitrary<unknown> | undefined;
      return fc
        .record({ id: fc.constantFrom(...ids), value: given ?? jsonOf(fc, type) })
        .map(({ id, value }) => ({ send: typeName, id, typename, value: JSON.parse(JSON.stringify(value)) }));
    }),
  );
  if (commands.length === 0 || ids.length === 0) {
    throw new StatefunError("OPTION_INVALID", "The commands go to no function that declares a type, or to no id.");
  }
  return fc.array(fc.oneof(...commands), { maxLength: most });
}

function jsonOf(fc: typeof FastCheck, type: Type<any>): Arbitrary<unknown> {
  switch (type as unknown) {
    case Types.string:
      return fc.string({ maxLength: 10 });
    case Types.bool:
      return fc.boolean();
    case Types.int:
      return fc.maxSafeInteger().map((number) => number | 0);
    case Types.long:
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case Types.double:
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case Types.float:
      return fc.float({ noNaN: true, noDefaultInfinity: true });
  }
  const schema = schemaOf(type);
  if (schema !== undefined) return valuesOf(fc, schema, type.typename);
  throw new StatefunError(
    "OPTION_INVALID",
    `The type ${type.typename} has no schema of which values can be made. Give an arbitrary of its JSON: messages: { "${type.typename}": … }.`,
  );
}

// Makes JSON Schemas of types, with the sentences that describe them.

import { fileURLToPath } from "node:url";
import { createGenerator } from "ts-json-schema-generator";

interface Schema {
  readonly [name: string]: unknown;
}

/** The schemas of one type. */
export interface AnswerSchemas {
  /** The schemas of the type's properties. */
  readonly properties: Readonly<Record<string, Schema>>;
  /** The types that they name, and the type itself. */
  readonly definitions: Readonly<Record<string, Schema>>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Reads a type of a file of the project. Two types of one name are refused. */
export function schemasOf(file: string, type: string): AnswerSchemas {
  const schema = createGenerator({
    path: `${root}/${file}`,
    tsconfig: `${root}/tsconfig.json`,
    type,
    expose: "export",
    topRef: true,
    jsDoc: "extended",
    skipTypeCheck: true, // `npm run check` does it, with the compiler of the project
  }).createSchema(type);
  const moved = JSON.parse(JSON.stringify(schema.definitions).replaceAll("#/definitions/", "#/components/schemas/"));
  const { [type]: own, ...rest } = moved;
  const isTable = type.endsWith("Answers");
  return { properties: own.properties, definitions: isTable ? rest : moved };
}

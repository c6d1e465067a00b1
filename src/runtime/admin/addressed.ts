// The address and the function that the path of a request names.

import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";

/** The address. Rejects with FUNCTION_UNKNOWN. */
export async function addressOf(
  engine: EngineApi,
  { namespace = "", name = "", id = "" }: Readonly<Record<string, string>>,
): Promise<Address> {
  const address = new Address(namespace, name, id);
  await assertFunction(engine, address.typeName);
  return address;
}

/** The name of the function. Rejects with FUNCTION_UNKNOWN. */
export async function functionOf(
  engine: EngineApi,
  { namespace, name }: Readonly<Record<string, string>>,
): Promise<string> {
  const typeName = `${namespace}/${name}`;
  await assertFunction(engine, typeName);
  return typeName;
}

/** A function that nothing serves is known while messages wait for it, so that people can show and drop those messages. */
export async function assertFunction(engine: EngineApi, typeName: string): Promise<void> {
  const { namespace, name } = Address.of(typeName, "");
  if (engine.serves(namespace, name)) return;
  if ((await engine.function(typeName)) !== undefined) return;
  throw new StatefunError(
    "FUNCTION_UNKNOWN",
    `Nothing serves ${typeName} here, and no message waits for it. GET /functions lists the functions.`,
  );
}

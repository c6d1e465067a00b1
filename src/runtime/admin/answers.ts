// What the admin server answers at each of its paths.

import type { EngineApi, FunctionInfo, ParkedInfo, WaitingMessage } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { type ShownPair, showMetadata } from "../http/metadata-json.js";
import { publicMessage } from "../http/server.js";
import type { Asked, RouteName } from "./routes.js";
import { assertStateHeld, assertStateKnown, readState, type ShownValue, showValue } from "./values.js";

/** A status, and a body that is sent as JSON. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** How many addresses one page may have. */
const longestPage = 1000;
/** How many parked addresses are counted by their functions. */
const mostParked = 10_000;

/** The answer of each route, by the route's name. The metrics are missing here: they are plain text, not JSON. */
export const answers: Readonly<Record<Exclude<RouteName, "metrics">, (asked: Asked) => Promise<Answered> | Answered>> =
  {
    // Everybody may ask for the health, so it does not say where the data folder is.
    health: ({ engine: { trouble } }) =>
      trouble === undefined
        ? ok({ status: "ok" })
        : { status: 503, body: { status: "trouble", code: trouble.code, message: publicMessage(trouble) } },

    functions: async ({ engine, catalog }) => {
      const parked = new Map<string, number>();
      for (const { address } of await engine.parked({ limit: mostParked })) {
        parked.set(address.typeName, (parked.get(address.typeName) ?? 0) + 1);
      }
      const known = await knownFunctions(engine, catalog);
      const functions = known.map(async ({ typeName, endpoint, states }) => {
        // To count all addresses, the whole store would have to be read.
        const page = await engine.addresses(typeName, { limit: longestPage + 1 });
        const counted = page.slice(0, longestPage);
        return {
          function: typeName,
          endpoint,
          states,
          addresses: counted.length,
          waiting: counted.reduce((sum, { depth }) => sum + depth, 0),
          more: page.length > longestPage,
          parked: parked.get(typeName) ?? 0,
        };
      });
      return ok({ functions: await Promise.all(functions) });
    },

    addresses: async ({ engine, filled, query }) => {
      const typeName = `${filled.namespace}/${filled.name}`;
      await assertFunction(engine, typeName);
      const after = query.get("after");
      const limit = limitOf(query);
      const found = await engine.addresses(typeName, { limit: limit + 1, ...(after === undefined ? {} : { after }) });
      const page = found.slice(0, limit);
      return ok({
        addresses: page.map(({ id, depth }) => ({ id, waiting: depth })),
        next: found.length > limit ? (page.at(-1)?.id ?? null) : null,
      });
    },

    address: async ({ engine, catalog, filled }) => {
      const address = await addressOf(engine, filled);
      const { states, depth, mailbox, delayed, parked, inFlight } = await engine.inspect(address);
      return ok({
        function: address.typeName,
        id: address.id,
        states: states.map(({ name, value, writtenAt }) => ({
          name,
          writtenAt: timeOf(writtenAt),
          ...showValue(catalog, value),
        })),
        waiting: depth,
        mailbox: mailbox.map((message) => showMessage(catalog, message)),
        delayed: delayed.map((message) => ({
          dueAt: timeOf(message.dueAt),
          cancellationToken: message.cancellationToken ?? null,
          ...showMessage(catalog, message),
        })),
        parked: parked === undefined ? null : showParked(parked),
        inFlight,
      });
    },

    writeState: async ({ engine, catalog, filled, query, request }) => {
      const address = await addressOf(engine, filled);
      const name = filled.state as string;
      await assertStateKnown({ engine, catalog }, address, name);
      await engine.setState(address, name, await readState({ engine, catalog, query, request }, address, name));
      return ok({ status: "written" });
    },

    deleteState: async ({ engine, filled }) => {
      const address = await addressOf(engine, filled);
      await assertStateHeld(engine, address, filled.state as string);
      await engine.setState(address, filled.state as string, undefined);
      return ok({ status: "deleted" });
    },

    park: async ({ engine, filled, query }) => {
      await engine.park(await addressOf(engine, filled), query.get("reason") ?? "Parked by hand.");
      return ok({ status: "parked" });
    },

    retry: async ({ engine, filled }) => {
      await engine.retry(await addressOf(engine, filled));
      return ok({ status: "retried" });
    },

    drop: async ({ engine, filled, query }) => {
      const which = query.get("which") ?? "first";
      if (which !== "first" && which !== "all") {
        throw new StatefunError("OPTION_INVALID", `which is "${which}" in the query; it must be first or all.`);
      }
      return ok({ dropped: await engine.drop(await addressOf(engine, filled), which) });
    },

    parked: async ({ engine, query }) => {
      const found = await engine.parked({ limit: limitOf(query) });
      return ok({
        parked: found.map((parked) => ({
          function: parked.address.typeName,
          id: parked.address.id,
          ...showParked(parked),
        })),
        total: engine.metrics.parked,
      });
    },
  };

function ok(body: unknown): Answered {
  return { status: 200, body };
}

/** The functions that have had a message since the start, and the other functions of this process. */
async function knownFunctions(engine: EngineApi, { typeNames = [] }: TypeCatalog): Promise<FunctionInfo[]> {
  const met = await engine.functions({ limit: longestPage });
  const names = new Set(met.map(({ typeName }) => typeName));
  const quiet = typeNames.filter((typeName) => !names.has(typeName));
  return [...met, ...quiet.map((typeName) => ({ typeName, endpoint: "in this process", states: [] }))];
}

/** Throws FUNCTION_UNKNOWN. */
async function addressOf(
  engine: EngineApi,
  { namespace = "", name = "", id = "" }: Readonly<Record<string, string>>,
): Promise<Address> {
  const address = new Address(namespace, name, id);
  await assertFunction(engine, address.typeName);
  return address;
}

/** A function that nothing serves is known while messages wait for it, so that people can show and drop those messages. */
async function assertFunction(engine: EngineApi, typeName: string): Promise<void> {
  const { namespace, name } = Address.of(typeName, "");
  if (engine.serves(namespace, name)) return;
  if ((await engine.function(typeName)) !== undefined) return;
  throw new StatefunError(
    "FUNCTION_UNKNOWN",
    `Nothing serves ${typeName} here, and no message waits for it. GET /functions lists the functions.`,
  );
}

/** Throws OPTION_INVALID. */
function limitOf(query: ReadonlyMap<string, string>): number {
  const text = query.get("limit") ?? "100";
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= longestPage) return limit;
  throw new StatefunError(
    "OPTION_INVALID",
    `limit is "${text}" in the query; it must be a whole number from 1 to ${longestPage}.`,
  );
}

function showMessage(
  catalog: TypeCatalog,
  { caller, value }: WaitingMessage,
): ShownValue & { readonly caller: string | null; readonly metadata?: readonly ShownPair[] } {
  const metadata = showMetadata(value.metadata);
  return {
    caller: caller === undefined ? null : String(caller),
    ...showValue(catalog, value),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function showParked({ since, code, reason, attempts }: ParkedInfo) {
  return { since: timeOf(since), code, reason, attempts };
}

/** An instant as ISO 8601 text, in UTC. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

// What the admin server answers at each of its paths.

import type { EngineApi, FailingInfo, WaitingMessage } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";
import { showMessage, showValue } from "../../types/show-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { publicMessage } from "../http/error-answer.js";
import { type Answered, limitOf, ok, pageOf, timeOf } from "./answered.js";
import { deadLetterAnswers } from "./dead-letters.js";
import { parkedAnswers, showParked, whichOf } from "./parked.js";
import type { Asked, RouteName } from "./routes.js";
import { assertStateHeld, assertStateKnown, readState } from "./values.js";

/** The answer of each route, by the route's name. The metrics are missing here: they are plain text, not JSON. */
export const answers: Readonly<Record<Exclude<RouteName, "metrics">, (asked: Asked) => Promise<Answered> | Answered>> =
  {
    // Everybody may ask for the health, so it does not say where the data folder is.
    health: ({ engine: { trouble } }) =>
      trouble === undefined
        ? ok({ status: "ok" })
        : { status: 503, body: { status: "trouble", code: trouble.code, message: publicMessage(trouble) } },

    functions: async ({ engine, catalog: { typeNames = [] }, query }) => {
      const page = async (range: { after?: string; limit: number }) => engine.functions({ ...range, quiet: typeNames });
      const { items, next } = await pageOf(page, query, query.get("after"), ({ typeName }) => typeName);
      const active = new Map((await engine.activity()).map((each) => [each.typeName, each]));
      const functions: unknown[] = [];
      for (const { typeName, endpoint, states } of items) {
        const { failing = 0, inFlight = 0, oldestCallAt } = active.get(typeName) ?? {};
        const oldestCall = oldestCallAt === undefined ? null : timeOf(oldestCallAt);
        const counts = await engine.counts(typeName);
        functions.push({ function: typeName, endpoint, states, ...counts, failing, inFlight, oldestCall });
      }
      return ok({ functions, next });
    },

    addresses: async ({ engine, filled, query }) => {
      const typeName = `${filled.namespace}/${filled.name}`;
      await assertFunction(engine, typeName);
      const page = (range: { after?: string; limit: number }) => engine.addresses(typeName, range);
      const { items, next } = await pageOf(page, query, query.get("after"), ({ id }) => id);
      return ok({ addresses: items.map(({ id, depth }) => ({ id, waiting: depth })), next });
    },

    address: async ({ engine, catalog, filled, query }) => {
      const address = await addressOf(engine, filled);
      const afterState = query.get("afterState");
      const page = afterState === undefined ? {} : { afterState };
      const { states, nextState, depth, mailbox, delayed, ...rest } = await engine.inspect(address, page);
      const { parked, failing, inFlight } = rest;
      return ok({
        function: address.typeName,
        id: address.id,
        states: states.map(({ name, value, writtenAt }) => ({
          name,
          writtenAt: timeOf(writtenAt),
          ...showValue(catalog, value),
        })),
        nextState: nextState ?? null,
        waiting: depth,
        mailbox: mailbox.map((message) => showWaiting(catalog, message)),
        delayed: delayed.map((message) => ({
          dueAt: timeOf(message.dueAt),
          cancellationToken: message.cancellationToken ?? null,
          ...showWaiting(catalog, message),
        })),
        parked: parked === undefined ? null : showParked(parked),
        failing: failing === undefined ? null : showFailing(failing),
        inFlight: inFlight === undefined ? null : { ...inFlight, since: timeOf(inFlight.since) },
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
      return ok({ dropped: await engine.drop(await addressOf(engine, filled), whichOf(query)) });
    },

    failing: async ({ engine, query }) => {
      const typeName = query.get("function");
      const page = { limit: limitOf(query), ...(typeName === undefined ? {} : { typeName }) };
      const { failing, total } = await engine.failing(page);
      return ok({
        failing: failing.map((each) => ({
          function: each.address.typeName,
          id: each.address.id,
          ...showFailing(each),
        })),
        total,
      });
    },

    ...parkedAnswers,
    ...deadLetterAnswers,
  };

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

function showWaiting(catalog: TypeCatalog, { caller, value }: WaitingMessage) {
  return { caller: caller === undefined ? null : String(caller), ...showMessage(catalog, value) };
}

function showFailing({ attempts, code, reason, firstFailedAt, lastFailedAt, nextTryAt }: FailingInfo) {
  return {
    attempts,
    code,
    reason,
    firstFailedAt: timeOf(firstFailedAt),
    lastFailedAt: timeOf(lastFailedAt),
    nextTryAt: nextTryAt === undefined ? null : timeOf(nextTryAt),
  };
}

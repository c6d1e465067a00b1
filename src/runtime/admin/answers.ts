// What the admin server answers at each of its paths.

import type { FailingInfo } from "../../engine/failing-api.js";
import { assertOwnState } from "../../engine/validation.js";
import { previewValue } from "../../types/show-value.js";
import { journalName } from "../../workflows/journal/names.js";
import { addressListAnswers } from "./address-list.js";
import { addressOf } from "./addressed.js";
import { type AnswerOf, limitOf, ok, pageOf, timeOf, timeOrNull } from "./answered.js";
import type { Tries } from "./api/failing.js";
import type { ListedFunction } from "./api/functions.js";
import { backupAnswers } from "./backup.js";
import { deadLetterAnswers } from "./dead-letters.js";
import { delayedAnswers, showDelayed } from "./delayed.js";
import { egressAnswers } from "./egresses.js";
import { failureAnswers } from "./failures.js";
import { infoAnswers } from "./info.js";
import { mailboxAnswers, showWaiting } from "./mailbox.js";
import { functionAnswers } from "./one-function.js";
import { parkedAnswers, showParked, whichOf } from "./parked.js";
import { queryAnswers } from "./query.js";
import { requestAnswers } from "./requests.js";
import type { RouteName } from "./routes.js";
import { runAnswers, showRun } from "./runs.js";
import { scheduleAnswers } from "./schedules.js";
import { stateAnswers } from "./state-file.js";
import { assertStateKnown, heldState, readState } from "./values.js";
import { watchAnswers } from "./watching.js";

/** What answers each route, by the route's name. */
export const answers: { readonly [Name in RouteName]: AnswerOf<Name> } = {
  functions: async ({ engine, catalog: { typeNames = [] }, query }) => {
    const page = async (range: { after?: string; limit: number }) => engine.functions({ ...range, quiet: typeNames });
    const { items, next } = await pageOf(page, query, query.get("after"), ({ typeName }) => typeName);
    const active = new Map((await engine.activity()).map((each) => [each.typeName, each]));
    const functions: ListedFunction[] = [];
    for (const { typeName, endpoint, states } of items) {
      const { failing = 0, inFlight = 0, oldestCallAt } = active.get(typeName) ?? {};
      const oldestCall = timeOrNull(oldestCallAt);
      const counts = await engine.counts(typeName);
      const own = states.filter(({ name }) => name !== journalName);
      functions.push({ function: typeName, endpoint, states: own, ...counts, failing, inFlight, oldestCall });
    }
    return ok({ functions, next });
  },

  address: async ({ engine, runs, catalog, filled, query }) => {
    const address = await addressOf(engine, filled);
    const afterState = query.get("afterState");
    const page = afterState === undefined ? {} : { afterState };
    const { states, nextState, depth, mailbox, delayed, nextDelayed, ...rest } = await engine.preview(address, page);
    const { parked, failing, inFlight } = rest;
    const found = await runs.readable(address);
    // A journal that can't be read is shown as the state that it is.
    const own = found === undefined ? states : states.filter(({ name }) => name !== journalName);
    return ok({
      function: address.typeName,
      id: address.id,
      states: own.map(({ name, value, writtenAt }) => ({
        name,
        writtenAt: timeOf(writtenAt),
        ...previewValue(catalog, value),
      })),
      nextState: nextState ?? null,
      runs: (found ?? []).map(showRun),
      waiting: depth,
      mailbox: mailbox.map((message) => showWaiting(catalog, message)),
      delayed: delayed.map((message) => showDelayed(catalog, message)),
      nextDelayed: nextDelayed ?? null,
      parked: parked === undefined ? null : showParked(parked),
      failing: failing === undefined ? null : showFailing(failing),
      inFlight: inFlight === undefined ? null : { ...inFlight, since: timeOf(inFlight.since) },
    });
  },

  writeState: async ({ engine, catalog, filled, query, request }) => {
    const address = await addressOf(engine, filled);
    const name = filled.state as string;
    assertOwnState(name);
    await assertStateKnown({ engine, catalog }, address, name);
    await engine.setState(address, name, await readState({ engine, catalog, query, request }, address, name));
    return ok({ status: "written" });
  },

  deleteState: async ({ engine, filled }) => {
    const address = await addressOf(engine, filled);
    const name = filled.state as string;
    assertOwnState(name);
    await heldState(engine, address, name);
    await engine.setState(address, name, undefined);
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

  ...infoAnswers,
  ...functionAnswers,
  ...queryAnswers,
  ...requestAnswers,
  ...stateAnswers,
  ...watchAnswers,
  ...backupAnswers,
  ...runAnswers,
  ...addressListAnswers,
  ...delayedAnswers,
  ...failureAnswers,
  ...egressAnswers,
  ...mailboxAnswers,
  ...parkedAnswers,
  ...scheduleAnswers,
  ...deadLetterAnswers,
};

function showFailing({ attempts, code, reason, firstFailedAt, lastFailedAt, nextTryAt }: FailingInfo): Tries {
  return {
    attempts,
    code,
    reason,
    firstFailedAt: timeOf(firstFailedAt),
    lastFailedAt: timeOf(lastFailedAt),
    nextTryAt: timeOrNull(nextTryAt),
  };
}

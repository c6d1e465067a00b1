// What the admin server answers at the paths of a mailbox.

import type { WaitingMessage } from "../../engine/delayed-api.js";
import { previewMessage } from "../../types/show-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { bodyReader } from "../http/body-value.js";
import { readBody } from "../http/request-body.js";
import { addressOf } from "./addressed.js";
import { type Answered, limitOf, ok } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { ShownWaiting } from "./api/mailbox.js";
import type { Asked } from "./asked.js";
import { maxValueBytes } from "./values.js";

export const mailboxAnswers = {
  mailbox: async ({ engine, catalog, filled, query }: Asked): Promise<Answered<AdminAnswers["mailbox"]>> => {
    const after = query.get("after");
    const page = { limit: limitOf(query), ...(after === undefined ? {} : { after }) };
    const { messages, depth, next } = await engine.mailboxes.list(await addressOf(engine, filled), page);
    return ok({
      messages: messages.map((message) => showWaiting(catalog, message)),
      waiting: depth,
      next: next ?? null,
    });
  },

  editWaiting: async (asked: Asked): Promise<Answered<AdminAnswers["editWaiting"]>> => {
    const { engine, catalog, filled, query, request } = asked;
    const address = await addressOf(engine, filled);
    const message = filled.message as string;
    const { value } = await engine.mailboxes.get(address, message);
    const isTyped = query.has("type") || query.has("handler") || request.headers["statefun-type"] !== undefined;
    const typed = isTyped ? query : new Map([...query, ["type", value.typename]]);
    const read = bodyReader(catalog, address.typeName, request, typed);
    await engine.mailboxes.edit(address, message, read(await readBody(request, maxValueBytes)));
    return ok({ status: "edited" });
  },

  dropWaiting: async ({ engine, filled }: Asked): Promise<Answered<AdminAnswers["dropWaiting"]>> => {
    await engine.mailboxes.drop(await addressOf(engine, filled), filled.message as string);
    return ok({ status: "dropped" });
  },
} as const;

/** A waiting message as JSON. */
export function showWaiting(catalog: TypeCatalog, { message, caller, own, value }: WaitingMessage): ShownWaiting {
  return { message, caller: caller === undefined ? null : String(caller), own, ...previewMessage(catalog, value) };
}

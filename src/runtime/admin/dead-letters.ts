// What the admin server answers at the paths of dead letters.

import type { DeadLetterSwept } from "../../engine/dead-letter-api.js";
import { type DeadLetter, showDeadLetter } from "../../model/dead-letter.js";
import { previewMessage } from "../../types/show-value.js";
import { bodyReader } from "../http/body-value.js";
import { readBody } from "../http/request-body.js";
import { type Answered, limitOf, ok } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { Asked } from "./asked.js";
import { filterOf } from "./failure-filter.js";
import { maxValueBytes } from "./values.js";

/** How many letters one request sends again or drops, where its limit says nothing else. */
const sweptAtOnce = "1000";

export const deadLetterAnswers = {
  deadLetters: async ({ engine, catalog, query }: Asked): Promise<Answered<AdminAnswers["deadLetters"]>> => {
    const after = query.get("after");
    const page = { limit: limitOf(query), ...(after === undefined ? {} : { after }) };
    const { letters, next } = await engine.deadLetters.list(filterOf(query), page);
    // The stacks would be most of the page.
    const shown = letters.map((letter) => {
      const { stack: _, ...error } = letter.error;
      return shownLetter(catalog, { ...letter, error });
    });
    return ok({ letters: shown, next: next ?? null, total: engine.metrics.deadLettersKept });
  },

  deadLetter: async ({ engine, catalog, filled }: Asked): Promise<Answered<AdminAnswers["deadLetter"]>> =>
    ok(shownLetter(catalog, await engine.deadLetters.get(filled.letter as string))),

  editDeadLetter: async (asked: Asked): Promise<Answered<AdminAnswers["editDeadLetter"]>> => {
    const { engine, catalog, filled, query, request } = asked;
    const { id, address, value } = await engine.deadLetters.get(filled.letter as string);
    const isTyped = query.has("type") || query.has("handler") || request.headers["statefun-type"] !== undefined;
    const typed = isTyped ? query : new Map([...query, ["type", value.typename]]);
    const read = bodyReader(catalog, address.typeName, request, typed);
    await engine.deadLetters.edit(id, read(await readBody(request, maxValueBytes)));
    return ok({ status: "edited" });
  },

  resendDeadLetter: async ({ engine, filled }: Asked): Promise<Answered<AdminAnswers["resendDeadLetter"]>> => {
    await engine.deadLetters.resend(filled.letter as string);
    return ok({ status: "resent" });
  },

  dropDeadLetter: async ({ engine, filled }: Asked): Promise<Answered<AdminAnswers["dropDeadLetter"]>> => {
    await engine.deadLetters.drop(filled.letter as string);
    return ok({ status: "dropped" });
  },

  resendDeadLetters: async ({ engine, query }: Asked): Promise<Answered<AdminAnswers["resendDeadLetters"]>> => {
    const { done, ...rest } = await engine.deadLetters.resendAll(filterOf(query), sweepOf(query));
    return ok({ resent: done, ...rest });
  },

  dropDeadLetters: async ({ engine, query }: Asked): Promise<Answered<AdminAnswers["dropDeadLetters"]>> => {
    const { done, ...rest } = await engine.deadLetters.dropAll(filterOf(query), sweepOf(query));
    return ok({ dropped: done, ...rest });
  },
} as const;

const shownLetter = (catalog: Asked["catalog"], letter: DeadLetter) =>
  showDeadLetter(letter, (value) => previewMessage(catalog, value));

/** Throws OPTION_INVALID. */
function sweepOf(query: ReadonlyMap<string, string>): { limit: number } & Partial<Pick<DeadLetterSwept, "through">> {
  const through = query.get("through");
  return { limit: limitOf(query, sweptAtOnce), ...(through === undefined ? {} : { through }) };
}

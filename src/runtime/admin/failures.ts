// What the admin server answers to failures by their causes.

import type { FailureGroup } from "../../engine/failures-api.js";
import { type Answered, limitOf, ok, timeOf } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { FailureGroup as ShownGroup } from "./api/failures.js";
import type { Asked } from "./asked.js";

export const failureAnswers = {
  failures: async ({ engine, query }: Asked): Promise<Answered<AdminAnswers["failures"]>> => {
    const typeName = query.get("function");
    const page = { limit: limitOf(query), ...(typeName === undefined ? {} : { typeName }) };
    const { groups, more } = await engine.failures.groups(page);
    return ok({ groups: groups.map(showGroup), more });
  },
} as const;

function showGroup({ typeName, firstFailedAt, lastFailedAt, stack, ...group }: FailureGroup): ShownGroup {
  return {
    ...group,
    function: typeName,
    firstFailedAt: timeOf(firstFailedAt),
    lastFailedAt: timeOf(lastFailedAt),
    stack: stack ?? null,
  };
}

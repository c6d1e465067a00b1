// What each route of the admin server answers with, as JSON. docs/openapi.json is made of these types, and the console
// imports them. Each topic has a file of its own: whoever adds a route adds its answer there.

import type { AddressAnswers } from "./addresses.js";
import type { BackupAnswers } from "./backup.js";
import type { BatchAnswers } from "./batches.js";
import type { DeadLetterAnswers } from "./dead-letters.js";
import type { DelayedAnswers } from "./delayed.js";
import type { EgressAnswers } from "./egresses.js";
import type { FailingAnswers } from "./failing.js";
import type { FailureAnswers } from "./failures.js";
import type { FunctionAnswers } from "./functions.js";
import type { GraphAnswers } from "./graph.js";
import type { HistoryAnswers } from "./history.js";
import type { InfoAnswers } from "./info.js";
import type { MailboxAnswers } from "./mailbox.js";
import type { MetricAnswers } from "./metrics.js";
import type { OneFunctionAnswers } from "./one-function.js";
import type { ParkedAnswers } from "./parked.js";
import type { QueryAnswers } from "./query.js";
import type { RequestAnswers } from "./requests.js";
import type { RunAnswers } from "./runs.js";
import type { ScheduleAnswers } from "./schedules.js";

/** The answer of each route, by the name of the route. An answer that is not JSON, such as a file, has no entry. */
export interface AdminAnswers
  extends InfoAnswers,
    HistoryAnswers,
    GraphAnswers,
    BatchAnswers,
    FunctionAnswers,
    OneFunctionAnswers,
    QueryAnswers,
    RequestAnswers,
    AddressAnswers,
    BackupAnswers,
    EgressAnswers,
    FailingAnswers,
    FailureAnswers,
    MailboxAnswers,
    ParkedAnswers,
    DeadLetterAnswers,
    DelayedAnswers,
    RunAnswers,
    ScheduleAnswers,
    MetricAnswers {}

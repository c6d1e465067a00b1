// All pages of the console, in the order of the navigation. A page is added here.

import type { FunctionComponent } from "preact";
import { Address } from "../pages/address/address.js";
import { Addresses } from "../pages/addresses/addresses.js";
import { DeadLetter } from "../pages/dead-letters/dead-letter.js";
import { DeadLetters } from "../pages/dead-letters/dead-letters.js";
import { Delayed } from "../pages/delayed.js";
import { Egresses } from "../pages/egresses.js";
import { Failure } from "../pages/failures/failure.js";
import { Failures } from "../pages/failures/failures.js";
import { Functions } from "../pages/functions.js";
import { Batch } from "../pages/live/batch.js";
import { Live } from "../pages/live/live.js";
import { Overview } from "../pages/overview.js";
import { QueryPage } from "../pages/query/query.js";
import { Run } from "../pages/runs/run.js";
import { Runs } from "../pages/runs/runs.js";
import { Schedules } from "../pages/schedules.js";
import type { IconName } from "../ui/icon.js";
import type { PageProps } from "./page-props.js";

export interface Page {
  /** "functions/:function/:id"; the parts with a colon are filled in by the URL. */
  readonly path: string;
  readonly content: FunctionComponent<PageProps>;
  /** The page's entry in the navigation. Defaults to none. */
  readonly nav?: { readonly group: string; readonly text: string; readonly icon: IconName };
  /** The path of the entry that is marked for a page without one. Defaults to the first part of its own path. */
  readonly under?: string;
}

export const pages: readonly Page[] = [
  { path: "", content: Overview, nav: { group: "", text: "Overview", icon: "overview" } },
  { path: "functions", content: Functions, nav: { group: "", text: "Functions", icon: "functions" } },
  { path: "functions/:function", content: Addresses },
  { path: "functions/:function/:id", content: Address },
  { path: "live", content: Live, nav: { group: "", text: "Live", icon: "live" } },
  { path: "batches/:batch", content: Batch, under: "live" },
  { path: "query", content: QueryPage, nav: { group: "", text: "Query", icon: "query" } },
  { path: "failures", content: Failures, nav: { group: "Trouble", text: "Failures", icon: "failures" } },
  { path: "failures/:fingerprint", content: Failure },
  { path: "dead-letters", content: DeadLetters, nav: { group: "Trouble", text: "Dead letters", icon: "letters" } },
  { path: "dead-letters/:letter", content: DeadLetter },
  { path: "egresses", content: Egresses, nav: { group: "Trouble", text: "Egresses", icon: "egresses" } },
  { path: "delayed", content: Delayed, nav: { group: "Time", text: "Delayed", icon: "delayed" } },
  { path: "runs", content: Runs, nav: { group: "Time", text: "Runs", icon: "runs" } },
  { path: "runs/:function/:id/:run", content: Run },
  { path: "schedules", content: Schedules, nav: { group: "Time", text: "Schedules", icon: "schedules" } },
];

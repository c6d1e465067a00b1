// What answers a request to the admin server: the parts of the runtime, and what is asked.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { EngineApi } from "../../engine/engine-api.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import type { IngressMetrics } from "../ingress/ingress-metrics.js";
import type { Runs } from "../runs/runs.js";
import type { Schedules } from "../schedules/schedules.js";
import type { BackupMade } from "./api/backup.js";
import type { ConsoleFiles } from "./console-files.js";
import type { Metrics } from "./metrics.js";
import type { Watch } from "./watch.js";

/** What the admin server shows and changes. */
export interface AdminParts {
  readonly engine: EngineApi;
  readonly runs: Runs;
  readonly schedules: Schedules;
  readonly catalog: TypeCatalog;
  readonly watch: Watch;
  readonly ingresses: IngressMetrics;
  /** The path of the data folder; undefined when everything is in memory. */
  readonly dir: string | undefined;
  /** The URL of the HTTP ingress; undefined when it has no port of its own. */
  readonly ingressUrl: string | undefined;
  /** Copies everything into a folder, while the runtime goes on. */
  backUp(folder: string): Promise<Omit<BackupMade, "durationMs">>;
}

/** What the server itself is. */
export interface ServerParts {
  readonly metrics: Metrics;
  readonly consoleFiles: ConsoleFiles;
  readonly startedAt: number;
  readonly readOnly: boolean;
  readonly tokenNeeded: boolean;
}

/** A request to one of the paths. */
export interface Asked extends AdminParts, ServerParts {
  /** The parts of the path that the request has filled in. */
  readonly filled: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

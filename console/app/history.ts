// The last hour of the runtime, and whether it is well: asked for once, for the header and for the overview.

import { effect } from "@preact/signals";
import type { History } from "../../src/runtime/admin/api/history.js";
import { Poller } from "./poller.js";
import { loginNeeded } from "./session.js";

const everyMs = 10_000;

export const history = new Poller<History>();

effect(() => {
  if (loginNeeded.value) history.stop();
  else history.start("history", everyMs);
});

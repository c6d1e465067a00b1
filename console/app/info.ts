// What the whole console knows of the runtime that it looks at.

import { effect } from "@preact/signals";
import type { Info } from "../../src/runtime/admin/api/info.js";
import { Poller } from "./poller.js";
import { loginNeeded } from "./session.js";

const everyMs = 30_000;

export const info = new Poller<Info>();

effect(() => {
  if (loginNeeded.value) info.stop();
  else info.start("info", everyMs);
});

/** Whether nothing may be changed. */
export const readOnly = () => info.data?.readOnly === true;

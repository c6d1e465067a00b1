// What the whole console knows of the runtime: which one it is, and whether it is well.

import type { Info } from "../../src/runtime/admin/api/info.js";
import { Poller } from "./poller.js";

/** The runtime that is looked at. */
export const info = new Poller<Info>();

/** Whether nothing may be changed. */
export const readOnly = () => info.data?.readOnly === true;

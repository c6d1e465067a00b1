// Node's timers as they are when this package is loaded. A test that fakes the timers of its process later fakes none of these.

import * as timers from "node:timers";

export const { setImmediate, setTimeout, clearTimeout } = timers;

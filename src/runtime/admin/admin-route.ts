// One path of the admin server.

import type { Route } from "../http/router.js";

/** One path of the admin server. */
export interface AdminRoute extends Route {
  /** What docs/admin.md says of the path. */
  readonly does: string;
}

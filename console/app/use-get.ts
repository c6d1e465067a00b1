// A component's answer from the admin API: asked when the component appears, again at a pace, and not after it has gone.

import { useEffect, useMemo } from "preact/hooks";
import { type Polled, Poller } from "./poller.js";
import { formatQuery, type Query } from "./route.js";

/** Reads a path of the admin API. Defaults to once; `everyMs` says how often. */
export function useGet<T>(path: string, query: Query = {}, { everyMs = 0 } = {}): Polled<T> {
  const poller = useMemo(() => new Poller<T>(), []);
  const url = `${path}${formatQuery(query)}`;
  useEffect(() => {
    poller.start(url, everyMs);
    return () => poller.stop();
  }, [poller, url, everyMs]);
  return poller;
}

// The page's URL as a signal. All of a page's state that a colleague should see too stands in the query.

import { computed, signal } from "@preact/signals";
import { formatHash, parseHash, type Query, type Route } from "./route.js";

const hash = signal(location.hash);
addEventListener("hashchange", () => {
  hash.value = location.hash;
});

/** Where the console is. */
export const route = computed<Route>(() => parseHash(hash.value));

/** Goes to a page, as a click on its link does. */
export function go(href: string): void {
  location.hash = href;
}

/** A value of the URL's query; empty when it is not there. */
export function queryOf(name: string): string {
  return route.value.query[name] ?? "";
}

/**
 * Changes some values of the URL's query; an empty or undefined value leaves the URL. The browser's history gets no entry,
 * so that "back" leaves the page and does not undo each letter of a filter.
 */
export function setQuery(changes: Query): void {
  const { parts, query } = route.peek();
  history.replaceState(null, "", formatHash(parts, { ...query, ...changes }));
  hash.value = location.hash;
}

// The path of a request and the path of an endpoint.

/**
 * Compares them as they are written. A path may be a secret, so the time this takes tells its length, but not how much of
 * it was right.
 */
export function isPath(given: string | undefined, path: string | undefined): boolean {
  if (given === undefined || path === undefined || given.length !== path.length) return false;
  let difference = 0;
  for (let index = 0; index < path.length; index++) difference |= given.charCodeAt(index) ^ path.charCodeAt(index);
  return difference === 0;
}

/** A URL's path: what stands before its query. */
export function pathOf(url: string | undefined): string | undefined {
  const query = url?.indexOf("?") ?? -1;
  return query < 0 ? url : url?.slice(0, query);
}

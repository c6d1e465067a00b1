// The path of a request and the path of an endpoint.

/**
 * Compares two paths as they are written. A path may be a secret, so the time that this takes depends on the length of the
 * secret, and not on how much of it was right.
 */
export function isPath(asked: string | undefined, path: string | undefined): boolean {
  if (asked === undefined || path === undefined || asked.length !== path.length) return false;
  let difference = 0;
  for (let index = 0; index < path.length; index++) difference |= asked.charCodeAt(index) ^ path.charCodeAt(index);
  return difference === 0;
}

/** The path of a URL without an origin: everything before the query. */
export function pathOf(url: string | undefined): string | undefined {
  const query = url?.indexOf("?") ?? -1;
  return query < 0 ? url : url?.slice(0, query);
}

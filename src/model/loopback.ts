// Whether only programs of this machine reach a host.

/** Whether the name or the address of a host stands for this machine alone. An IPv6 address may stand in brackets. */
export function isLoopback(host: string): boolean {
  const name = withoutBrackets(host.toLowerCase());
  return name === "localhost" || name === "::1" || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name);
}

/** Removes the brackets around an IPv6 address, which a URL needs. */
export function withoutBrackets(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

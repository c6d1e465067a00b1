// Lets only the owner of an id send to it. The token comes with the message as metadata, and goes on with what the handler sends.

import { type Interceptor, TerminalError } from "statefun-ts";

const owners: ReadonlyMap<string, string> = new Map([
  ["alices-secret", "alice"],
  ["bobs-secret", "bob"],
]);

export const authorizing: Interceptor = (invocation, next) => {
  const token = invocation.metadata.getText("token") ?? "";
  if (owners.get(token) !== invocation.address.id) {
    throw new TerminalError("This is not yours.", { code: "FORBIDDEN", status: 403 });
  }
  // Functions get the token. Egresses do not: it must not leave the application.
  invocation.onSend(({ egress }) => (egress === undefined ? { token } : undefined));
  return next();
};

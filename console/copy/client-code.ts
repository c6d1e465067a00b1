// A message as a program that uses the typed client.

import { Code, durationLiteral, literalOf, memberOf } from "./literal.js";
import { classNameOf, type OutgoingMessage, packed, plain } from "./message.js";

/** Writes the program. `url` is that of the ingress. The names of the user's own modules are guesses, and say so. */
export function clientCodeOf(message: OutgoingMessage, url: string): string {
  const { functionName, id, method, content } = message;
  const target = `${JSON.stringify(functionName)}, ${JSON.stringify(id)}`;
  const isCall = message.action === "call";
  if (method !== null && "value" in content) {
    const name = classNameOf(functionName);
    const ref = `client.${isCall ? "ref" : "sender"}<${name}>(${target})`;
    const value = literalOf(plain(message.typename, content.value));
    return lines(
      `import { connect } from "statefun-ts/client";`,
      `import type { ${name} } from "./functions.js"; // where the class of ${functionName} is`,
      "",
      `const client = connect(${JSON.stringify(url)});`,
      awaited(isCall, `${ref}${memberOf(method)}(${value}${optionsOf(message)})`),
    );
  }
  const { code, imports, messageRoot } = packed(message);
  return lines(
    `import { ${["connect", ...imports].sort().join(", ")} } from "statefun-ts/client";`,
    messageRoot && `import { ${messageRoot} } from "./messages.js"; // where protobufjs has put your messages`,
    "",
    `const client = connect(${JSON.stringify(url)});`,
    awaited(isCall, `client.${message.action}(${target}, ${code}${optionsOf(message)})`),
  );
}

const awaited = (isCall: boolean, code: string) =>
  isCall ? `const answer = await ${code};\nconsole.log(answer);` : `await ${code};`;

function optionsOf({ action, metadata, delayMs, cancellationToken }: OutgoingMessage): string {
  const isDelayed = action === "send" && delayMs !== null;
  const options = {
    ...(isDelayed ? { delay: new Code(durationLiteral(delayMs)) } : {}),
    ...(isDelayed && cancellationToken !== null ? { cancellationToken } : {}),
    ...(metadata.length === 0
      ? {}
      : { metadata: Object.fromEntries(metadata.map(({ name, value }) => [name, value])) }),
  };
  return Object.keys(options).length === 0 ? "" : `, ${literalOf(options)}`;
}

/** Joins the lines that are there. */
const lines = (...parts: readonly (string | undefined)[]) =>
  `${parts.filter((part) => part !== undefined).join("\n")}\n`;

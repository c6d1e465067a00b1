// The URL of a web server, as an option.

/** Why a text is not the URL of a web server that can be called; undefined when it is one. */
export function httpUrlProblem(text: unknown): string | undefined {
  if (typeof text !== "string" || !URL.canParse(text)) return "it is no URL";
  const { protocol, username, password } = new URL(text);
  if (protocol !== "http:" && protocol !== "https:") return "it must begin with http:// or https://";
  if (username !== "" || password !== "") return "it holds a user or a password, which would not be sent";
  return undefined;
}

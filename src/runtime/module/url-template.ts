// URL templates of endpoints: checks a template, and fills in the name of a function.

/** The server and the path at which one function is called. */
export interface HttpTarget {
  /** "http://host:port" or "https://host:port". For a unix socket the host is "localhost". */
  readonly origin: string;
  /** The path of a unix socket, or undefined for TCP. */
  readonly socketPath: string | undefined;
  /** The path and the query of the request. */
  readonly path: string;
}

/** A target, or the reason why the template has none. */
export type Expanded = HttpTarget | { readonly problem: string };

/** Stands for the name of a function. */
export const placeholder = "{function.name}";
const schemes = ["http", "https", "http+unix", "https+unix"];

/**
 * Whether the name of a function chooses the server that is called: the host, the port or the socket. Names come from
 * messages, so whoever sends a message chooses then.
 */
export function choosesServer(template: string): boolean {
  const [server = template] = /^[^:]*\+unix:/i.test(template)
    ? (/^.*?\.sock(?=$|[/?#])/.exec(template) ?? [])
    : (/^[^:]*:\/\/[^/?#]*/.exec(template) ?? []);
  return server.includes(placeholder);
}

/** Fills the name of a function into a template. The name is percent-encoded, since it may come from a message. */
export function expandUrlTemplate(template: string, name: string): Expanded {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(template)?.[1]?.toLowerCase();
  if (scheme === undefined || !schemes.includes(scheme)) {
    const why = scheme === undefined ? "it has no scheme" : `its scheme is ${scheme}`;
    return { problem: `${why}; it must begin with ${schemes.map((each) => `${each}://`).join(", ")}` };
  }
  const literal = template.replaceAll(placeholder, "");
  if (/[{}]/.test(literal)) return { problem: `${placeholder} is the only thing that may stand in braces` };
  if (/[^\x21-\x7e]|[<>"\\^`|]/.test(literal)) {
    return { problem: "it holds a space or another character that must be percent-encoded" };
  }
  if (template.includes(placeholder) && (name === "." || name === ".." || name === "")) {
    return { problem: `a function named "${name}" has no URL` };
  }
  const url = parsed(template.replaceAll(placeholder, encodeURIComponent(name)));
  if (url === undefined) return { problem: "its host or port is not valid" };
  if (url.username !== "" || url.password !== "") {
    return {
      problem: "it holds a user or a password, which the runtime does not send. Use TLS, or a secret in the path",
    };
  }
  if (url.hash !== "") return { problem: "it holds a fragment (#…), which is never sent" };
  if (scheme.endsWith("+unix")) return socketTarget(scheme, url);
  return { origin: url.origin, socketPath: undefined, path: `${url.pathname}${url.search}` };
}

/** The path of the socket ends with the first part that ends in .sock. The rest is the path of the request. */
function socketTarget(scheme: string, url: URL): Expanded {
  const form = `${scheme}:///folder/name.sock/path`;
  if (url.host !== "") return { problem: `a socket's path begins with a slash: ${form}` };
  const [, socket, path = "/"] = /^(.*?\.sock)(\/.*)?$/.exec(url.pathname) ?? [];
  if (socket === undefined) return { problem: `its path names no .sock file: ${form}` };
  const tls = scheme.startsWith("https");
  return {
    origin: tls ? "https://localhost" : "http://localhost",
    socketPath: decodeURIComponent(socket),
    path: `${path}${url.search}`,
  };
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

// Who may use a server of the runtime: the one place for tokens, for pages in browsers, and for the host of a request.

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isIP } from "node:net";
import { StatefunError } from "../../errors.js";
import { isLoopback, withoutBrackets } from "../../model/loopback.js";
import { checked } from "../../model/options.js";

/** Options of {@link Access}. */
export interface AccessOptions {
  /** The address that the server listens on; undefined when it is mounted in another server, which answers for who reaches it. */
  readonly host?: string | undefined;
  /** The token that every request must send. Defaults to none. */
  readonly bearerToken?: string | undefined;
  /** The origins whose pages may call; "*" stands for every origin. Undefined when the server takes no page's calls. */
  readonly cors?: readonly string[] | undefined;
  /** The hosts that a request may name when there is no token; "*" stands for every host. Undefined when there is no such option. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Whether a server that other machines reach needs a token, also with allowedHosts. Defaults to false. */
  readonly needsToken?: boolean | undefined;
  /**
   * The header that this server's own page sends as "1" with each request that changes something, in lower case. No page of
   * another site can send it: a browser would ask the server before, and the server does not allow it. Undefined when the
   * server has no page.
   */
  readonly pageHeader?: string | undefined;
  /** The paths that everybody may ask, such as a health check. Defaults to none. */
  readonly openPaths?: readonly string[] | undefined;
  /** The paths of files that hold no data, such as a page: nobody needs a token for them, and any page may link to them. Defaults to none. */
  readonly filePaths?: RegExp | undefined;
}

/** An option for the names of hosts, such as "statefun.internal", or "*". Throws OPTION_INVALID. */
export const hostsOption = checked(
  'a list of host names without ports, or of "*" for every host',
  (input): input is readonly string[] =>
    Array.isArray(input) &&
    input.every((host) => host === "*" || (typeof host === "string" && /^[^\s/:*]+$/.test(host))),
);

/** Decides which requests a server takes. The server asks it about every request, before anything else. */
export class Access {
  readonly #token: string | undefined;
  readonly #cors: readonly string[] | undefined;
  readonly #pageHeader: string | undefined;
  readonly #openPaths: readonly string[];
  readonly #filePaths: RegExp | undefined;
  /** Whether the user's own server has taken the request. Its pages are this server's own pages too, under whatever name it has. */
  readonly #isMounted: boolean;
  /** The hosts that a request may name, beside IP addresses; undefined for every host. */
  readonly #hosts: ReadonlySet<string> | undefined;

  /** Throws OPTION_INVALID when other machines could use the server, although no option says who may. */
  constructor(name: string, options: AccessOptions) {
    const {
      host,
      bearerToken,
      cors,
      allowedHosts,
      needsToken = false,
      openPaths = [],
      filePaths,
      pageHeader,
    } = options;
    if (bearerToken === undefined && host !== undefined && !isLoopback(host) && (needsToken || !allowedHosts?.length)) {
      const canName = allowedHosts !== undefined && !needsToken;
      const hosts = canName && `, or name the hosts that requests may name in allowedHosts ("*" for every host)`;
      throw new StatefunError(
        "OPTION_INVALID",
        `${name} would take the requests of everybody who reaches ${host}. Give it a bearerToken, or the host 127.0.0.1${hosts || ""}.`,
      );
    }
    this.#token = bearerToken;
    this.#cors = cors;
    this.#pageHeader = pageHeader;
    this.#openPaths = openPaths;
    this.#filePaths = filePaths;
    this.#isMounted = host === undefined;
    const isOpen = bearerToken !== undefined || (this.#isMounted && !allowedHosts?.length);
    const all = isOpen || allowedHosts?.includes("*") === true;
    this.#hosts = all ? undefined : new Set([host ?? "", ...(allowedHosts ?? [])].map((each) => each.toLowerCase()));
  }

  /**
   * Throws UNAUTHORIZED for a request that may not use the server. Lets a page of an allowed origin read the answer. The URL
   * begins where the server is mounted.
   */
  assertAllowed(request: IncomingMessage, response: ServerResponse, url: string): void {
    if (this.#openPaths.length > 0 && this.#openPaths.includes(pathOf(url))) return;
    this.#assertHost(request);
    if (this.#filePaths?.test(pathOf(url))) return;
    this.#assertPage(request, response);
    // Before a page's request, a browser sends an OPTIONS request without the token.
    if (request.method !== "OPTIONS" || this.#cors === undefined) this.#assertBearer(request);
  }

  /**
   * A page in a browser of this machine is not a program of this machine. The page can't read the answer, but its browser
   * would send a form or ask for an image all the same, and a GET may have an effect.
   */
  #assertPage(request: IncomingMessage, response: ServerResponse): void {
    const { origin, host, "sec-fetch-site": site } = request.headers;
    if (this.#pageHeader !== undefined) {
      this.#assertOwnPage(request, this.#pageHeader);
      return;
    }
    const origins = this.#cors ?? [];
    if (origin === undefined) {
      // A browser names no origin when it asks for an image, a script or a page of a link, but it says whose page asks.
      if (isOwnSite(site) || origins.includes("*")) return;
      throw refused("Pages of other sites");
    }
    if (this.#isOwn(origin, host)) return;
    if (!origins.includes(origin) && !origins.includes("*")) throw refused(`Pages of ${origin}`);
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Access-Control-Expose-Headers", "Statefun-Type, Statefun-Metadata, Retry-After");
    response.setHeader("Vary", "Origin");
  }

  /**
   * Throws UNAUTHORIZED for a request of a page of another site, and for one that changes something without the header that shows
   * that the server's own page sends it. Behind a proxy, the origin of the page and the host of the request may differ.
   */
  #assertOwnPage({ method, headers }: IncomingMessage, pageHeader: string): void {
    const { origin, host, "sec-fetch-site": site } = headers;
    if (!isOwnSite(site)) throw refused("Pages of other sites");
    if (headers[pageHeader] === "1" || (origin === undefined && site === undefined)) return;
    if (origin !== undefined && !this.#isOwn(origin, host)) throw refused(`Pages of ${origin}`);
    if (method === "GET" || method === "HEAD") return;
    throw new StatefunError(
      "UNAUTHORIZED",
      `A page must send the header ${pageHeader}: 1 with a request that changes something.`,
    );
  }

  /** Whether this server itself served the page. Only names of this machine count: an attacker's domain can resolve to 127.0.0.1. */
  #isOwn(origin: string, host: string | undefined): boolean {
    if (host === undefined || (origin !== `http://${host}` && origin !== `https://${host}`)) return false;
    return this.#isMounted || isLoopback(host.replace(/:\d*$/, ""));
  }

  /**
   * An attacker's domain can resolve to 127.0.0.1 (DNS rebinding). A page of that domain looks like this server's own, but
   * its requests name the domain as their host. A page can't know a token, so a server with a token takes every host.
   */
  #assertHost({ headers: { host = "" } }: IncomingMessage): void {
    if (this.#hosts === undefined) return;
    const name = host.replace(/:\d*$/, "").toLowerCase();
    if (isLoopback(name) || isIP(withoutBrackets(name)) !== 0 || this.#hosts.has(name)) return;
    throw new StatefunError(
      "UNAUTHORIZED",
      `The request is for the host ${JSON.stringify(host)}. Without a bearerToken the server takes requests to IP addresses, to localhost, and to the hosts in its option allowedHosts.`,
    );
  }

  #assertBearer(request: IncomingMessage): void {
    const token = this.#token;
    if (token === undefined) return;
    const sent = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    // Both hashes have the same length, so the time of the comparison reveals nothing about the token.
    if (sent !== undefined && timingSafeEqual(hash(sent), hash(token))) return;
    throw new StatefunError(
      "UNAUTHORIZED",
      "Send the header Authorization: Bearer <token>, with the token of this server.",
    );
  }
}

/** Whether a browser says that the server's own page asks, or that somebody has typed the address. Other programs say nothing. */
const isOwnSite = (site: string | string[] | undefined) =>
  site === undefined || site === "none" || site === "same-origin";

const pathOf = (url: string): string => url.split("?", 1)[0] as string;

const hash = (text: string): Buffer => createHash("sha256").update(text).digest();

function refused(who: string): StatefunError {
  return new StatefunError(
    "UNAUTHORIZED",
    `${who} may not call this server. The HTTP ingress takes pages of the origins in its option cors.`,
  );
}

const allowedHeaders = "Accept, Authorization, Content-Type, Idempotency-Key, Idempotency-Key-Lifetime, Statefun-Type";

/**
 * Answers the OPTIONS request (preflight) that a browser sends before a page's request. `more` are headers that the page
 * may send beside those of every request.
 */
export function answerOptions(response: ServerResponse, methods: string, more: readonly string[]): void {
  const headers = ["Allow", methods];
  if (response.hasHeader("Access-Control-Allow-Origin")) {
    headers.push("Access-Control-Allow-Methods", methods, "Access-Control-Max-Age", "600");
    headers.push("Access-Control-Allow-Headers", [allowedHeaders, ...more].join(", "));
  }
  response.writeHead(204, headers).end();
}

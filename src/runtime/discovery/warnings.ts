// What the log says of function servers that do not tell their functions, or tell them in a way that can't be used.

import { oneLine, StatefunError } from "../../errors.js";
import type { Logger } from "../../model/logger.js";

/** How many functions a warning names. */
const mostNamed = 5;
/** How many warnings are remembered, so that each is logged once. */
const mostLogged = 1_000;

/** Logs warnings, each of them once. A failure is logged again when the server told its functions in between. */
export class DiscoveryWarnings {
  readonly #logger: Logger;
  readonly #isClosed: () => boolean;
  readonly #logged = new Set<string>();

  constructor(logger: Logger, isClosed: () => boolean) {
    this.#logger = logger;
    this.#isClosed = isClosed;
  }

  failure(url: string, failure: StatefunError): void {
    const what = `${url} does not tell its functions, so their types are not known, and JSON can't be sent to them until it does. The option types (--types of the command) can name the types. ${failure.message}`;
    this.#warn(new StatefunError(failure.code, what));
  }

  elsewhere(url: string, typeNames: readonly string[]): void {
    const more = typeNames.length > mostNamed ? ` and ${typeNames.length - mostNamed} more` : "";
    const named = `${typeNames.slice(0, mostNamed).join(", ")}${more}`;
    this.#once(
      `${url} tells functions that the module file sends elsewhere or nowhere: ${named}. Compare their names with the key functions of the module file.`,
    );
  }

  contradiction(typename: string, one: string, other: string): void {
    this.#once(
      `${one} and ${other} tell different types named ${typename}. A value of this name can be shown wrong. Give both servers the same version of the type, or give the types two names.`,
    );
  }

  givenUp(url: string, typename: string, why: string): void {
    this.#once(
      `JSON of ${typename} is no longer checked here: the schema that ${url} tells can't be used: ${why}. The function server still checks every value.`,
    );
  }

  #once(what: string): void {
    if (this.#logged.has(what)) return;
    if (this.#logged.size >= mostLogged) this.#logged.clear();
    this.#logged.add(what);
    this.#warn(new StatefunError("ENDPOINT_FAILED", what));
  }

  #warn(error: StatefunError): void {
    if (!this.#isClosed()) this.#logger.warn(oneLine(`${error.code}: ${error.message}`), error);
  }
}

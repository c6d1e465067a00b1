// The extension of this package. Functions know it by its interface alone, so that it says by itself that it is there.

import { StatefunError } from "../errors.js";
import type { Extension } from "./function-spec.js";

let own: Extension | undefined;

/** Says which extension takes care of the options of `register`. */
export function provideExtension(extension: Extension): void {
  own = extension;
}

/** The extension that takes care of an option of `register`. Throws OPTION_INVALID when a bundler has left it out. */
export function ownExtension(option: string): Extension {
  if (own !== undefined) return own;
  throw new StatefunError(
    "OPTION_INVALID",
    `The option ${option} needs a part of statefun-ts that is not loaded. Let the bundler keep the side effects of statefun-ts, or import from the package itself.`,
  );
}

// What follows when the disk is too far behind: work inside pauses, and the log says why nothing can be written.

import type { Logger } from "../model/logger.js";
import type { DelayedMessages } from "./delayed.js";
import type { Dispatcher } from "./dispatcher.js";
import type { GroupCommit } from "./group-commit.js";

interface SaturationParts {
  readonly commit: GroupCommit;
  readonly delayed: Pick<DelayedMessages, "paused">;
  readonly dispatcher: Pick<Dispatcher, "pump">;
  readonly logger: Logger;
  /** Whether the engine closes, so that nothing that was paused goes on. */
  readonly isClosing: () => boolean;
}

/** Pauses work inside while the disk is too far behind, and lets it go on afterwards. */
export function followSaturation({ commit, delayed, dispatcher, logger, isClosing }: SaturationParts): void {
  let saturated = false;
  commit.onChange = () => {
    if (commit.saturated !== saturated) {
      saturated = commit.saturated;
      delayed.paused = saturated || isClosing();
      const { trouble } = commit;
      if (trouble !== undefined && commit.ended === undefined)
        logger.error(`Nothing is taken until the store can be written: ${trouble.message}`, trouble);
    }
    dispatcher.pump();
  };
}

// An action of a dialog: its buttons wait while the action runs, and the dialog shows why the action has failed.

import { useState } from "preact/hooks";
import type { ApiError } from "./api.js";

export interface Attempts {
  /** Whether an action runs. */
  readonly busy: boolean;
  /** Why the last action failed; undefined while one runs, and after one that succeeded. */
  readonly error: ApiError | undefined;
  /** Runs an action. The promise never rejects. */
  attempt(action: () => Promise<void>): Promise<void>;
}

export function useAttempt(): Attempts {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const attempt = async (action: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    try {
      await action();
    } catch (thrown) {
      setError(thrown as ApiError);
    }
    setBusy(false);
  };
  return { busy, error, attempt };
}

// The button below a list that reads its next page.

import { Button } from "./controls.js";

export interface ShowMoreProps {
  /** Whether a page is being read. */
  readonly loading: boolean;
  readonly more: () => void;
}

export function ShowMore({ loading, more }: ShowMoreProps) {
  return (
    <div class="more">
      <Button disabled={loading} onClick={more}>
        Show more
      </Button>
    </div>
  );
}

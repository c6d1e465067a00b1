// The login form, in the place of everything else while the admin server wants a token.

import { useSignal } from "@preact/signals";
import { Button, TextField } from "../ui/controls.js";
import { Failure } from "../ui/notice.js";
import { ApiError, get } from "./api.js";
import { keepToken, loginNeeded } from "./session.js";

export function Login() {
  const token = useSignal("");
  const busy = useSignal(false);
  const error = useSignal<ApiError | undefined>(undefined);
  const enter = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    error.value = undefined;
    keepToken(token.value.trim());
    try {
      await get("info");
      loginNeeded.value = false;
    } catch (thrown) {
      error.value = thrown as ApiError;
    }
    busy.value = false;
  };
  return (
    <main class="login">
      <form class="panel" onSubmit={enter}>
        <header>
          <h1>statefun</h1>
        </header>
        <div class="inside stack">
          <TextField
            label="Bearer token of the admin server"
            type="password"
            value={token.value}
            autofocus
            hint="It is kept until you close this tab, and sent to this server only."
            onInput={(text) => {
              token.value = text;
            }}
          />
          {error.value !== undefined && <Failure error={error.value} />}
          <Button type="submit" kind="main" disabled={busy.value || token.value.trim() === ""}>
            Log in
          </Button>
        </div>
      </form>
    </main>
  );
}

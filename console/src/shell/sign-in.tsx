/** The form for a key: as a page, and as a bar above a view whose key was refused. */
import { useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Input, Switch } from "../parts/field.tsx";
import { OpenLog } from "../data/open-log.tsx";
import { go } from "../route/location.ts";
import { hrefTo } from "../route/match.ts";
import { signIn } from "../session/session.ts";
import { refusal } from "../session/store.ts";
import { isKept } from "../session/vault.ts";
import { Brand } from "./nav.tsx";

/** The page of those who are not signed in. */
export function SignIn() {
  return (
    <main class="sign-in" id="main">
      <div class="sign-in-card">
        <Brand size={40} />
        <h1>Sign in to Opspawn</h1>
        <p class="muted">
          With an API key of this service. On your own machine, <code>npm start</code> prints an
          address that signs in by itself.
        </p>
        <KeyForm />
        <p class="sign-in-foot muted">
          The key stays in this tab and goes to {location.host} only.
        </p>
        <OpenLog onOpen={() => go(hrefTo(["file"]))} />
      </div>
    </main>
  );
}

/** The bar above a view whose key expired or was revoked. */
export function KeyBar() {
  return (
    <div class="key-bar" role="alert">
      <p>
        <strong>The key is no longer valid.</strong> What you see stays. It continues with another
        key.
      </p>
      <KeyForm />
    </div>
  );
}

function KeyForm() {
  const [key, setKey] = useState("");
  const [keep, setKeep] = useState(isKept());
  const [isBusy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    await signIn(key.trim(), keep);
    setBusy(false);
  };
  return (
    <form
      class="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() !== "") {
          void submit();
        }
      }}
    >
      <Input
        label="API key"
        type="password"
        placeholder="opsk_…"
        isMono
        autoFocus
        value={key}
        error={refusal.value}
        onInput={setKey}
      />
      <Switch label="Keep on this browser" isOn={keep} onChange={setKeep} />
      <Button kind="primary" type="submit" isBusy={isBusy}>
        Sign in
      </Button>
    </form>
  );
}

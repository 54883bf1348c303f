/** Settings of this browser: theme, time zone, shortcuts, and what is kept here. */
import { useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Choice, Input, Switch } from "../../parts/field.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { isZone, shortcuts, theme, zone, type Theme } from "../../parts/preferences.ts";
import { Time } from "../../parts/time.tsx";
import { signOut } from "../../session/session.ts";
import { identity } from "../../session/store.ts";
import { isKept } from "../../session/vault.ts";
import { Stored } from "./stored.tsx";

const THEMES: readonly { value: Theme; text: string }[] = [
  { value: "system", text: "As the system" },
  { value: "light", text: "Light" },
  { value: "dark", text: "Dark" },
];

/** The view of the settings. */
export function Settings() {
  return (
    <>
      <PageHead title="Settings" about="They hold in this browser only." />
      <div class="settings">
        <section class="card settings-card">
          <h2>Look</h2>
          <Choice
            label="Theme"
            value={theme.value}
            options={THEMES}
            onChange={(value) => {
              theme.value = THEMES.find((one) => one.value === value)?.value ?? "system";
            }}
          />
          <Zone />
          <Switch
            label="Single keys are shortcuts"
            hint="Press ? to see them."
            isOn={shortcuts.value === "on"}
            onChange={(isOn) => {
              shortcuts.value = isOn ? "on" : "off";
            }}
          />
        </section>
        <Session />
        <Stored />
      </div>
    </>
  );
}

function Zone() {
  const [text, setText] = useState(zone.value);
  return (
    <div class="settings-zone">
      <Input
        label="Time zone"
        hint="local, UTC, or a name such as Asia/Kolkata"
        value={text}
        error={isZone(text) ? null : "No zone has this name."}
        onInput={(value) => {
          setText(value);
          if (isZone(value)) {
            zone.value = value;
          }
        }}
      />
      <p class="muted">
        A time looks like this: <Time at={Date.UTC(2026, 10, 30, 12, 0, 0)} />
      </p>
    </div>
  );
}

function Session() {
  const who = identity.value;
  return (
    <section class="card settings-card">
      <h2>Session</h2>
      <dl class="facts">
        <dt>Key</dt>
        <dd>{who === null ? "unknown" : `${who.name} (${who.id})`}</dd>
        <dt>Tenant</dt>
        <dd>{who?.tenant ?? "unknown"}</dd>
        <dt>Scopes</dt>
        <dd>{who === null ? "unknown" : [...who.scopes].join(", ")}</dd>
        <dt>Expires</dt>
        <dd>{who === null || who.expiresAt === null ? "never" : <Time at={who.expiresAt} />}</dd>
        <dt>Kept</dt>
        <dd>{isKept() ? "in this browser" : "in this tab"}</dd>
      </dl>
      <div>
        <Button kind="danger" icon="exit" onClick={signOut}>
          Sign out and delete the key here
        </Button>
      </div>
    </section>
  );
}

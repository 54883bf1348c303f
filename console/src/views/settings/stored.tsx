/** What this browser stores for the console, and the button that deletes it. */
import { useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { sizeText } from "../../parts/number.ts";
import { signOut } from "../../session/session.ts";

const PREFIX = "opspawn.";

interface Entry {
  readonly name: string;
  readonly place: string;
  readonly bytes: number;
}

/** The section of the stored data. */
export function Stored() {
  const [entries, setEntries] = useState(stored);
  const clear = (): void => {
    for (const storage of [localStorage, sessionStorage]) {
      for (const name of namesIn(storage)) {
        storage.removeItem(name);
      }
    }
    setEntries(stored());
    signOut();
  };
  return (
    <section class="card settings-card">
      <h2>Data in this browser</h2>
      {entries.length === 0 ? (
        <p class="muted">Nothing is stored.</p>
      ) : (
        <dl class="facts">
          {entries.map(({ name, place, bytes }) => (
            <>
              <dt key={`${place} ${name}`}>{name}</dt>
              <dd>
                {sizeText(bytes)} <span class="muted">{place}</span>
              </dd>
            </>
          ))}
        </dl>
      )}
      <div>
        <Button kind="danger" disabled={entries.length === 0} onClick={clear}>
          Delete all of it and sign out
        </Button>
      </div>
    </section>
  );
}

function stored(): Entry[] {
  return (
    [
      [localStorage, "kept"],
      [sessionStorage, "in this tab"],
    ] as const
  ).flatMap(([storage, place]) =>
    namesIn(storage).map((name) => ({
      name: name.slice(PREFIX.length),
      place,
      bytes: storage.getItem(name)?.length ?? 0,
    })),
  );
}

function namesIn(storage: Storage): string[] {
  return Object.keys(storage).filter((name) => name.startsWith(PREFIX));
}

/** The health of the service: its parts, its invariants, and its slots. */
import { useQuery } from "../../data/use-query.ts";
import { Chip, Mark } from "../../parts/chip.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { lacking } from "../../session/store.ts";
import { Concurrency } from "./concurrency.tsx";
import { Invariants } from "./invariants.tsx";
import { Load } from "./load.tsx";
import { Providers } from "./providers.tsx";

const EVERY_MS = 30_000;

/** The view of the health. */
export function Health() {
  return (
    <>
      <PageHead title="Health" />
      <div class="setup-columns">
        <div class="setup">
          {lacking("admin") === null ? (
            <Invariants />
          ) : (
            <Section title="Invariants">
              <p class="muted setup-text">
                They are checked for keys with the scope <code>admin</code>.
              </p>
            </Section>
          )}
          <Concurrency />
        </div>
        <div class="setup">
          <Service />
          <Providers />
          {lacking("admin") === null && <Load />}
        </div>
      </div>
    </>
  );
}

function Service() {
  const state = useQuery("health", ({ health }, signal) => health.get({ signal }), {
    everyMs: EVERY_MS,
  });
  return (
    <Section title="Service">
      <Loaded state={state}>
        {({ status, version, database, queue, models }) => (
          <>
            <p class={`status tone-${status === "ok" ? "ok" : "bad"}`}>
              <Mark tone={status === "ok" ? "ok" : "bad"} />
              <strong>{status === "ok" ? "Everything works" : "A part fails"}</strong>
            </p>
            <dl class="facts">
              <dt>Version</dt>
              <dd>{version}</dd>
              <dt>Database</dt>
              <dd>{database}</dd>
              <dt>Queue</dt>
              <dd>{queue}</dd>
              <dt>Models</dt>
              <dd class="setup-chips">
                {models.map((model) => (
                  <Chip key={model} tone="model">
                    {model}
                  </Chip>
                ))}
              </dd>
            </dl>
          </>
        )}
      </Loaded>
    </Section>
  );
}

/** Limits of runs that work at the same time, with the slots in use. */
import { useState } from "preact/hooks";
import type { ConcurrencyCap } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { lacking } from "../../session/store.ts";
import { CapDialog, DeleteCap } from "./cap-dialog.tsx";

const EVERY_MS = 15_000;

interface Open {
  readonly kind: "set" | "delete";
  readonly cap: ConcurrencyCap | null;
}

/** The section of the slots. */
export function Concurrency() {
  const [open, setOpen] = useState<Open | null>(null);
  const needs = lacking("limits:write");
  return (
    <Section
      title="Slots"
      actions={
        <Button needs={needs} onClick={() => setOpen({ kind: "set", cap: null })}>
          Set a limit
        </Button>
      }
    >
      {needs === null ? (
        <Caps onOpen={setOpen} />
      ) : (
        <p class="muted setup-text">This key may not see the limits.</p>
      )}
      {open?.kind === "set" && <CapDialog cap={open.cap} onClose={() => setOpen(null)} />}
      {open?.kind === "delete" && open.cap !== null && (
        <DeleteCap cap={open.cap} onClose={() => setOpen(null)} />
      )}
    </Section>
  );
}

function Caps({ onOpen }: { readonly onOpen: (open: Open) => void }) {
  const state = useQuery(
    "concurrency",
    ({ concurrency }, signal) => concurrency.list({ limit: 100 }, { signal }),
    { everyMs: EVERY_MS },
  );
  return (
    <Loaded state={state}>
      {({ data }) =>
        data.length === 0 ? (
          <p class="muted setup-text">There is no limit: all runs work at the same time.</p>
        ) : (
          <ul class="usage-budgets">
            {data.map((cap) => (
              <li key={cap.scope}>
                <Cap cap={cap} onOpen={onOpen} />
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

interface CapProps {
  readonly cap: ConcurrencyCap;
  readonly onOpen: (open: Open) => void;
}

function Cap({ cap, onOpen }: CapProps) {
  const { agent, max_runs, running, waiting } = cap;
  const name = agent ?? "All runs";
  return (
    <div class="usage-budget">
      <p>
        <strong>
          <Text text={name} />
        </strong>
      </p>
      <div class="setup-bar" aria-hidden="true">
        <div style={{ width: `${Math.min(100, (running / Math.max(max_runs, 1)) * 100)}%` }} />
      </div>
      <p class="usage-sums">
        {running} of {max_runs} in use{waiting > 0 && `, ${waiting} in line`}
      </p>
      <span class="keys-actions">
        <Button
          kind="quiet"
          label={`Change the limit of ${name}`}
          onClick={() => onOpen({ kind: "set", cap })}
        >
          Change
        </Button>
        <Button
          kind="quiet"
          icon="close"
          label={`Remove the limit of ${name}`}
          onClick={() => onOpen({ kind: "delete", cap })}
        />
      </span>
    </div>
  );
}

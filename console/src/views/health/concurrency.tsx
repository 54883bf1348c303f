/** Limits of runs that work at the same time, with the slots in use. */
import { useState } from "preact/hooks";
import type { ConcurrencyCap } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { LimitRow } from "../../parts/limit-row.tsx";
import { Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
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
          <ul class="limit-rows">
            {data.map((cap) => (
              <LimitRow
                key={cap.scope}
                name={cap.agent ?? "All runs"}
                what="limit"
                used={cap.running}
                most={cap.max_runs}
                onChange={() => onOpen({ kind: "set", cap })}
                onRemove={() => onOpen({ kind: "delete", cap })}
              >
                {cap.running} of {cap.max_runs} in use
                {cap.waiting > 0 && `, ${cap.waiting} in line`}
              </LimitRow>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

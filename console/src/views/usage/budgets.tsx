/** Budgets of the tenant and of agents: spent, held back, and the most. */
import { useState } from "preact/hooks";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { LimitRow } from "../../parts/limit-row.tsx";
import { Money } from "../../parts/money.tsx";
import { Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { lacking } from "../../session/store.ts";
import { BudgetDialog, DeleteBudget, type Target } from "./budget-dialog.tsx";

const EVERY_MS = 30_000;

type Open =
  | { readonly kind: "set"; readonly target: Target }
  | { readonly kind: "delete"; readonly target: Target };

/** The section of the budgets. */
export function Budgets() {
  const [open, setOpen] = useState<Open | null>(null);
  const needs = lacking("limits:write");
  return (
    <Section
      title="Budgets"
      actions={
        <Button
          needs={needs}
          onClick={() =>
            setOpen({ kind: "set", target: { scope: "tenant", period: "day", most: null } })
          }
        >
          Set a budget
        </Button>
      }
    >
      {needs === null ? (
        <BudgetList onOpen={setOpen} />
      ) : (
        <p class="muted setup-text">This key may not see the budgets.</p>
      )}
      {open?.kind === "set" && <BudgetDialog target={open.target} onClose={() => setOpen(null)} />}
      {open?.kind === "delete" && (
        <DeleteBudget target={open.target} onClose={() => setOpen(null)} />
      )}
    </Section>
  );
}

function BudgetList({ onOpen }: { readonly onOpen: (open: Open) => void }) {
  const state = useQuery(
    "budgets",
    ({ budgets }, signal) => budgets.list({ limit: 100 }, { signal }),
    {
      everyMs: EVERY_MS,
    },
  );
  return (
    <Loaded state={state}>
      {({ data }) =>
        data.length === 0 ? (
          <p class="muted setup-text">There is no budget: spending has no limit.</p>
        ) : (
          <ul class="limit-rows">
            {data.map(({ scope, agent, period, max_cost_usd: most, spent_usd, reserved_usd }) => (
              <LimitRow
                key={`${scope} ${period}`}
                name={agent ?? "All tasks"}
                about={`per ${period}`}
                what="budget"
                used={spent_usd}
                held={reserved_usd}
                most={most}
                onChange={() => onOpen({ kind: "set", target: { scope, period, most } })}
                onRemove={() => onOpen({ kind: "delete", target: { scope, period, most } })}
              >
                <Money usd={spent_usd} /> spent
                {reserved_usd > 0 && (
                  <>
                    , <Money usd={reserved_usd} /> held back
                  </>
                )}{" "}
                of <Money usd={most} />
              </LimitRow>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

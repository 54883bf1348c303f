/** Budgets of the tenant and of agents: spent, held back, and the most. */
import { useState } from "preact/hooks";
import type { Budget } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { Money } from "../../parts/money.tsx";
import { Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
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
          <ul class="usage-budgets">
            {data.map((budget) => (
              <li key={`${budget.scope} ${budget.period}`}>
                <Row budget={budget} onOpen={onOpen} />
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

interface RowProps {
  readonly budget: Budget;
  readonly onOpen: (open: Open) => void;
}

function Row({ budget, onOpen }: RowProps) {
  const { scope, agent, period, max_cost_usd: most, spent_usd, reserved_usd } = budget;
  const share = (usd: number): string => `${Math.min(100, (usd / Math.max(most, 1e-9)) * 100)}%`;
  const target = { scope, period, most };
  const name = agent === null ? "All tasks" : agent;
  return (
    <div class="usage-budget">
      <p>
        <strong>
          <Text text={name} />
        </strong>{" "}
        <span class="muted">per {period}</span>
      </p>
      <div class="setup-bar" aria-hidden="true">
        <div class="setup-held" style={{ width: share(spent_usd + reserved_usd) }} />
        <div style={{ width: share(spent_usd) }} />
      </div>
      <p class="usage-sums">
        <Money usd={spent_usd} /> spent
        {reserved_usd > 0 && (
          <>
            , <Money usd={reserved_usd} /> held back
          </>
        )}{" "}
        of <Money usd={most} />
      </p>
      <span class="keys-actions">
        <Button
          kind="quiet"
          label={`Change the budget of ${name} per ${period}`}
          onClick={() => onOpen({ kind: "set", target })}
        >
          Change
        </Button>
        <Button
          kind="quiet"
          icon="close"
          label={`Remove the budget of ${name} per ${period}`}
          onClick={() => onOpen({ kind: "delete", target })}
        />
      </span>
    </div>
  );
}

/** A look at a run from the list. */
import type { Task } from "../../../../sdk/src/model.ts";
import { failureText, goalText, usageText } from "../../../../sdk/src/view/wording.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { lineOf } from "../../parts/foreign.ts";
import { StatusChip } from "../../parts/status.tsx";
import { Text, TextBlock } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";

/** The panel. */
export function Peek({ task, onClose }: { readonly task: Task; readonly onClose: () => void }) {
  const { id, status, waiting_for, waiting_until, usage, error, result, created_at } = task;
  return (
    <aside class="peek" aria-label="Peek">
      <header class="peek-head">
        <StatusChip status={status} waitingFor={waiting_for} until={waiting_until} />
        <Button kind="quiet" icon="close" label="Close" onClick={onClose} />
      </header>
      <h2>
        <Text text={lineOf(goalText(task.input_data) || id, 300)} />
      </h2>
      <p class="muted">{usageText(usage)}</p>
      <p class="muted">
        created <Time at={created_at} />
      </p>
      {error !== null && (
        <p class="note tone-bad">
          <Text text={failureText(error)} />
        </p>
      )}
      {result !== null && <TextBlock text={result.answer} class="md-plain" />}
      <ButtonLink href={hrefTo(["runs", id])}>Open the run</ButtonLink>
    </aside>
  );
}

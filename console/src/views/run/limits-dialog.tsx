/** Changes the limits of a live run. */
import { useState } from "preact/hooks";
import { jsonText } from "../../../../sdk/src/view/wording.ts";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { CopyAs } from "../../parts/copy-as.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Input } from "../../parts/field.tsx";
import { FailureNote } from "../../parts/states.tsx";
import { useRun } from "./context.ts";

const LIMITS = [
  { name: "max_steps", label: "Steps" },
  { name: "max_tool_calls", label: "Tool calls" },
  { name: "max_tokens", label: "Tokens" },
  { name: "max_cost_usd", label: "Cost in dollars" },
  { name: "max_duration_s", label: "Active time in seconds" },
] as const;

/** The dialog of the limits. An empty field removes its limit. */
export function LimitsDialog({ onClose }: { readonly onClose: () => void }) {
  const { taskId, follower } = useRun();
  const { limits } = follower.fold;
  const before = Object.fromEntries(
    LIMITS.map(({ name }) => [name, jsonText(limits.get(name) ?? "")]),
  );
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(before);
  const { run, isBusy, failure } = useAction();
  const changed = LIMITS.filter(({ name }) => texts[name] !== before[name]);
  const body = Object.fromEntries(
    changed.map(({ name }) => [name, texts[name]?.trim() === "" ? null : Number(texts[name])]),
  );
  const save = async (): Promise<void> => {
    if (changed.length > 0 && (await run(({ tasks }) => tasks.updateLimits(taskId, body)))) {
      onClose();
    }
  };
  return (
    <Dialog
      title="Limits of the run"
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <Button kind="primary" type="submit" isBusy={isBusy} disabled={changed.length === 0}>
          Save
        </Button>
      }
    >
      <p class="muted">An empty field means no limit. A run that waits for budget continues.</p>
      {LIMITS.map(({ name, label }) => (
        <Input
          key={name}
          label={label}
          type="number"
          placeholder="no limit"
          value={texts[name] ?? ""}
          error={failure?.fields.find(({ pointer }) => pointer === `/${name}`)?.detail ?? null}
          onInput={(value) => setTexts({ ...texts, [name]: value })}
        />
      ))}
      {failure !== null && failure.fields.length === 0 && <FailureNote failure={failure} />}
      <CopyAs
        request={{
          method: "PATCH",
          path: `/api/v1/tasks/${taskId}/limits`,
          body,
          cli: null,
          sdk: ["tasks.updateLimits", taskId, body],
        }}
      />
    </Dialog>
  );
}

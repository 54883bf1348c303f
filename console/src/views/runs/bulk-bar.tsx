/** Cancels or retries the selected runs, and says of each how it went. */
import { useState } from "preact/hooks";
import type { Task } from "../../../../sdk/src/model.ts";
import { call } from "../../data/client.ts";
import { failureOf } from "../../data/failure.ts";
import type { TaskListing } from "../../data/task-list.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { Mark, type Tone } from "../../parts/chip.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Line } from "../../parts/text.tsx";
import { hrefTo } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import { titleOf } from "./columns.tsx";

type Act = "cancel" | "retry";

interface BulkProps {
  readonly listing: TaskListing;
  readonly selected: ReadonlySet<string>;
  readonly onDone: () => void;
}

/** How it went with one run: null while it is in line. */
interface Outcome {
  readonly tone: Tone;
  readonly text: string;
}

const ENDED: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

/** The bar of the selection. */
export function BulkBar({ listing, selected, onDone }: BulkProps) {
  const [act, setAct] = useState<Act | null>(null);
  const tasks = (listing.rows.value ?? []).filter(({ id }) => selected.has(id));
  const live = tasks.filter(({ status }) => !ENDED.has(status));
  const ended = tasks.filter(({ status }) => ENDED.has(status));
  const needs = lacking("tasks:write");
  return (
    <div class="runs-bulk" role="group" aria-label="Selection">
      <span>{selected.size} selected</span>
      <Button
        kind="danger"
        disabled={live.length === 0}
        needs={needs}
        onClick={() => setAct("cancel")}
      >
        Cancel {live.length}
      </Button>
      <Button disabled={ended.length === 0} needs={needs} onClick={() => setAct("retry")}>
        Retry {ended.length}
      </Button>
      {tasks.length === 2 && <CompareBoth tasks={tasks} />}
      <Button kind="quiet" onClick={onDone}>
        Clear
      </Button>
      {act !== null && (
        <BulkDialog
          act={act}
          tasks={act === "cancel" ? live : ended}
          onClose={() => {
            setAct(null);
            onDone();
          }}
        />
      )}
    </div>
  );
}

/** The earlier run comes first. */
function CompareBoth({ tasks }: { readonly tasks: readonly Task[] }) {
  const [before = "", after = ""] = tasks.map(({ id }) => id).toSorted();
  return (
    <ButtonLink href={hrefTo(["runs", after, "compare"], { with: before })}>Compare</ButtonLink>
  );
}

interface BulkDialogProps {
  readonly act: Act;
  readonly tasks: readonly Task[];
  readonly onClose: () => void;
}

function BulkDialog({ act, tasks: given, onClose }: BulkDialogProps) {
  // A run that is cancelled leaves the live ones while the dialog is open.
  const [tasks] = useState(given);
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [isBusy, setBusy] = useState(false);
  const isDone = outcomes.size === tasks.length;
  const run = async (): Promise<void> => {
    setBusy(true);
    for (const { id } of tasks) {
      const outcome = await outcomeOf(act, id);
      setOutcomes((before) => new Map(before).set(id, outcome));
    }
    setBusy(false);
  };
  const verb = act === "cancel" ? "Cancel" : "Retry";
  return (
    <Dialog
      title={`${verb} ${tasks.length} runs`}
      onClose={onClose}
      onSubmit={() => void (isDone ? onClose() : run())}
      actions={
        <Button kind={act === "cancel" ? "danger" : "primary"} type="submit" isBusy={isBusy}>
          {isDone ? "Close" : `${verb} them`}
        </Button>
      }
    >
      <ul class="runs-outcomes">
        {tasks.map((task) => {
          const outcome = outcomes.get(task.id);
          return (
            <li key={task.id}>
              <Mark tone={outcome?.tone ?? "calm"} />
              <Line text={titleOf(task)} />
              <span class="muted">{outcome?.text ?? ""}</span>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}

async function outcomeOf(act: Act, id: string): Promise<Outcome> {
  try {
    const task = await call(({ tasks }) => (act === "cancel" ? tasks.cancel(id) : tasks.retry(id)));
    return { tone: "ok", text: act === "cancel" ? task.status : "submitted" };
  } catch (error) {
    return { tone: "bad", text: failureOf(error).detail };
  }
}

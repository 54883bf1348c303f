/** The occurrences of a spec that is being written. */
import { useState } from "preact/hooks";
import type { Occurrence, PreviewSchedule } from "../../../../sdk/src/model.ts";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { FailureNote } from "../../parts/states.tsx";
import { Occurrences } from "./occurrences.tsx";

const SHOWN = 5;

/** A button that shows what the spec comes to. */
export function Preview({ value }: { readonly value: Readonly<Record<string, unknown>> }) {
  const [shown, setShown] = useState<readonly Occurrence[] | null>(null);
  const { run, isBusy, failure } = useAction();
  const show = (): Promise<boolean> =>
    run(async ({ schedules }) => {
      const { name, spec } = value;
      const named = typeof name === "string" && name !== "" ? { name } : {};
      const body = { spec: spec as PreviewSchedule["spec"], ...named, limit: SHOWN };
      setShown((await schedules.preview(body)).data);
    });
  return (
    <section class="schedule-preview" aria-label="Preview">
      <Button icon="clock" isBusy={isBusy} onClick={() => void show()}>
        Show the next occurrences
      </Button>
      {failure !== null && <FailureNote failure={failure} />}
      {failure === null && shown !== null && <Occurrences items={shown} />}
    </section>
  );
}

/** The form of a new task, with the same request as a command next to it. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { CopyAs } from "../../parts/copy-as.tsx";
import { Area } from "../../parts/field.tsx";
import { setAt, startOf, textAt, textError, typeAt } from "../../parts/form-state.ts";
import { valueAt } from "../../parts/form-schema.ts";
import { FailureNote } from "../../parts/states.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { useForm } from "../../parts/use-form.ts";
import { go } from "../../route/location.ts";
import { hrefTo } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import type { Choices } from "./choices.ts";
import { adjusted, EMPTY, submission } from "./draft.ts";
import { writeDraft } from "./draft-store.ts";
import { TaskFields } from "./task-fields.tsx";

interface TaskFormProps {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly choices: Choices;
  readonly base: Readonly<Record<string, unknown>>;
}

const VIEWS = [
  { id: "form", text: "Form" },
  { id: "json", text: "JSON" },
] as const;

/** The form. What is typed is kept in this tab until it is sent. */
export function TaskForm({ schema, choices, base }: TaskFormProps) {
  const [view, setView] = useState<"form" | "json">("form");
  const full = useMemo(
    () =>
      adjusted(schema, {
        agents: choices.agents.map(({ name }) => name),
        tools: choices.tools.map(({ name }) => name),
        servers: choices.servers.map(({ name }) => name),
      }),
    [schema, choices],
  );
  const form = useForm(full, base);
  const { run, isBusy, failure } = useAction(({ fields }) => form.refuse(fields));
  useEffect(() => writeDraft(form.value), [form.value]);
  const body = form.value as Readonly<Record<string, unknown>>;
  const goal = valueAt(body, "/input_data/goal");
  const goalError = form.errors.find(({ pointer }) => pointer === "/input_data/goal")?.detail;
  const submit = async (): Promise<void> => {
    let id = "";
    const isDone =
      form.check() &&
      (await run(async ({ tasks }) => {
        ({ id } = await tasks.create(body as never));
      }));
    if (isDone) {
      writeDraft(null);
      go(hrefTo(["runs", id]));
    }
  };
  return (
    <form
      class="task"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
          event.preventDefault();
          event.currentTarget.requestSubmit();
        }
      }}
    >
      <section class="card task-card">
        <Area
          label="Goal"
          rows={5}
          placeholder="What should the agent do?"
          value={typeof goal === "string" ? goal : ""}
          error={goalError}
          onInput={(text) => form.change(setAt(form.state, "/input_data/goal", text))}
        />
        <Tabs label="Task as" tabs={VIEWS} current={view} onChange={setView} />
        {view === "form" ? (
          <TaskFields form={form} choices={choices} />
        ) : (
          <Area
            label="Task as JSON"
            isHidden
            isMono
            rows={20}
            value={textAt(form.state, "", "json")}
            error={textError(form.state, "")}
            onInput={(text) => form.change(typeAt(form.state, "", text, "json"))}
          />
        )}
        {failure !== null && <FailureNote failure={failure} />}
        <div class="task-send">
          <Button kind="quiet" onClick={() => form.change(startOf(EMPTY))}>
            Clear
          </Button>
          <Button
            kind="primary"
            type="submit"
            icon="send"
            isBusy={isBusy}
            disabled={typeof goal !== "string" || goal.trim() === ""}
            needs={lacking("tasks:write")}
          >
            Submit
          </Button>
        </div>
      </section>
      <aside class="task-side" aria-label="The same as a command">
        <CopyAs request={submission(body)} isFolded={false} />
      </aside>
    </form>
  );
}

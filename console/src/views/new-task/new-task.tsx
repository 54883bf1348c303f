/** A new task: its goal, and whatever of its config, limits and labels differs from the defaults. */
import { useApiSchema } from "../../data/api-schema.ts";
import { useQuery } from "../../data/use-query.ts";
import { PageHead } from "../../parts/page-head.tsx";
import { Loaded } from "../../parts/states.tsx";
import { place } from "../../route/location.ts";
import { readQuery, text } from "../../route/query-state.ts";
import { baseOf } from "./draft-store.ts";
import { TaskForm } from "./task-form.tsx";

const FIELDS = { from: text, agent: text };
const MOST = 100;

/** The view of a new task. With `?from=` it begins as a copy of a run. */
export function NewTask() {
  const { from, agent } = readQuery(FIELDS, place.value.search);
  const schema = useApiSchema("SubmitTask");
  const known = useQuery("choices of a task", async ({ agents, tools, mcpServers }, signal) => {
    const [a, t, s] = await Promise.all([
      agents.list({ limit: MOST }, { signal }),
      tools.list({ limit: MOST }, { signal }),
      mcpServers.list({ limit: MOST }, { signal }),
    ]);
    return { agents: a.data, tools: t.data, servers: s.data };
  });
  const copied = useQuery(from === "" ? "no copy" : `copy of ${from}`, async ({ tasks }, signal) =>
    from === "" ? null : tasks.get(from, { signal }),
  );
  return (
    <>
      <PageHead title="New task" about={from === "" ? undefined : `A copy of ${from}`} />
      <Loaded state={schema} skeleton="page">
        {(body) => (
          <Loaded state={known} skeleton="page">
            {(choices) => (
              <Loaded state={copied} skeleton="page">
                {(task) => (
                  <TaskForm
                    key={`${from} ${agent}`}
                    schema={body ?? {}}
                    choices={choices}
                    base={baseOf(task, agent)}
                  />
                )}
              </Loaded>
            )}
          </Loaded>
        )}
      </Loaded>
    </>
  );
}

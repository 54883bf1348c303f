/** About a run while no event is selected: its labels, limits and config. */
import { JsonTree } from "../../parts/json.tsx";
import { jsonText } from "../../../../sdk/src/view/wording.ts";
import { useQuery } from "../../data/use-query.ts";
import { CopyButton } from "../../parts/copy.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { useRun } from "./context.ts";

/** The panel, on wide pages. */
export function About() {
  const { fold, selected, taskId, isFile } = useRun();
  const { created, limits, end } = fold;
  if (selected !== null || created === null) {
    return null;
  }
  const { config } = created.data;
  return (
    <aside class="about" aria-label="About the run">
      <dl class="facts">
        <dt>Id</dt>
        <dd class="about-id">
          <code>{taskId}</code>
          <CopyButton text={taskId} label="Copy the id" />
        </dd>
        <dt>Created</dt>
        <dd>
          <Time at={created.at} />
        </dd>
        {end !== null && (
          <>
            <dt>Ended</dt>
            <dd>
              <Time at={end.at} />
            </dd>
          </>
        )}
        <dt>Planner</dt>
        <dd>{config.planner}</dd>
        {[...limits].map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
        {!isFile && <Labels />}
      </dl>
      <details class="talk-more">
        <summary>Config</summary>
        <JsonTree value={config} label="the config" />
      </details>
    </aside>
  );
}

function Labels() {
  const { taskId } = useRun();
  const { value } = useQuery(`task ${taskId}`, ({ tasks }, signal) =>
    tasks.get(taskId, { signal }),
  );
  const { schedule_id = null, group_id = null } = value ?? {};
  const { conversation_id = null, turn = null, continues_task_id = null } = value ?? {};
  return (
    <>
      {conversation_id !== null && (
        <>
          <dt>Conversation</dt>
          <dd class="clip">
            <a href={hrefTo(["conversations", conversation_id])}>{`turn ${turn ?? ""}`}</a>
            {continues_task_id !== null && (
              <>
                {", after "}
                <a href={hrefTo(["runs", continues_task_id])}>the turn before</a>
              </>
            )}
          </dd>
        </>
      )}
      {schedule_id !== null && (
        <>
          <dt>Schedule</dt>
          <dd class="clip">
            <a href={hrefTo(["schedules", schedule_id])}>{schedule_id}</a>
          </dd>
        </>
      )}
      {group_id !== null && (
        <>
          <dt>Batch</dt>
          <dd class="clip">
            <a href={hrefTo(["runs"], { group: group_id })}>{group_id}</a>
          </dd>
        </>
      )}
      {Object.entries(value?.metadata ?? {}).map(([name, one]) => (
        <Fact key={name} name={name} value={one} />
      ))}
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <>
      <dt>
        <Text text={name} />
      </dt>
      <dd>
        <Text text={value === null ? "no limit" : jsonText(value).slice(0, 500)} />
      </dd>
    </>
  );
}

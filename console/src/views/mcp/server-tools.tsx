/** The tools of a server, and what was left out of them. */
import type { McpToolPage } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { Chip } from "../../parts/chip.tsx";
import { JsonTree } from "../../parts/json.tsx";
import { Section } from "../../parts/section.tsx";
import { Empty, Loaded } from "../../parts/states.tsx";
import { Line, Text, TextBlock } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

const EVERY_MS = 60_000;

/** The tools; each opens to its schema. */
export function ServerTools({ name }: { readonly name: string }) {
  const state = useQuery(
    `mcp/${name}/tools`,
    ({ mcpServers }, signal) => mcpServers.tools(name, { limit: 100 }, { signal }),
    { everyMs: EVERY_MS },
  );
  return (
    <Section title="Tools">
      <Loaded state={state}>{(page) => <Listed page={page} />}</Loaded>
    </Section>
  );
}

function Listed({ page }: { readonly page: McpToolPage }) {
  const { data, total, fetched_at, instructions, problems, problem_count } = page;
  return (
    <>
      {data.length === 0 ? (
        <Empty icon="tool" title="No tools are known">
          Refresh asks the server for them.
        </Empty>
      ) : (
        <ul class="mcp-tools">
          {data.map((tool) => (
            <li key={tool.name}>
              <details class="form-section">
                <summary>
                  <Text text={tool.call_as} />
                  {Object.entries(tool.annotations ?? {}).map(([hint, isSo]) =>
                    isSo ? <Chip key={hint}>{hint}</Chip> : null,
                  )}
                  <span class="muted mcp-about">
                    <Line text={tool.description} />
                  </span>
                </summary>
                <div class="form-fields">
                  <TextBlock text={tool.description} />
                  <JsonTree value={tool.input_schema} label="the schema of the arguments" />
                </div>
              </details>
            </li>
          ))}
        </ul>
      )}
      {total > data.length && (
        <p class="muted setup-text">
          {data.length} of {total} are shown.
        </p>
      )}
      {problems.length > 0 && (
        <div class="note tone-wait">
          <p>{problem_count} tools were left out or changed:</p>
          <ul>
            {problems.map((problem) => (
              <li key={`${problem.name} ${problem.reason}`}>
                <code>
                  <Text text={problem.name} />
                </code>{" "}
                <Text text={problem.reason} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {instructions !== null && (
        <details class="form-section">
          <summary>The server's instructions to models (untrusted)</summary>
          <div class="form-fields">
            <TextBlock text={instructions} />
          </div>
        </details>
      )}
      {fetched_at !== null && (
        <p class="muted setup-text">
          Listed at <Time at={fetched_at} />
        </p>
      )}
    </>
  );
}

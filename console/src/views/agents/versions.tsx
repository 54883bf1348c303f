/** The versions of an agent, and how two of them differ. */
import { useState } from "preact/hooks";
import type { AgentVersion } from "../../../../sdk/src/model.ts";
import { jsonText } from "../../../../sdk/src/view/wording.ts";
import { useQuery } from "../../data/use-query.ts";
import { differences } from "../../parts/difference.ts";
import { Choice } from "../../parts/field.tsx";
import { lineOf } from "../../parts/foreign.ts";
import { Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

const VALUE_CHARS = 400;

/** The versions, newest first. */
export function Versions({ name }: { readonly name: string }) {
  const state = useQuery(`agents/${name}/versions`, ({ agents }, signal) =>
    agents.versions(name, { limit: 100 }, { signal }),
  );
  return (
    <Section title="Versions">
      <Loaded state={state}>{({ data }) => <Compared versions={data} />}</Loaded>
    </Section>
  );
}

function Compared({ versions }: { readonly versions: readonly AgentVersion[] }) {
  const [newest, before] = versions;
  const [from, setFrom] = useState<number | null>(null);
  const [to, setTo] = useState<number | null>(null);
  const older = versions.find(({ version }) => version === from) ?? before;
  const newer = versions.find(({ version }) => version === to) ?? newest;
  const options = versions.map(({ version, created_at }) => ({
    value: String(version),
    text: `${version}${created_at === null ? "" : ` · ${created_at.slice(0, 16).replace("T", " ")}`}`,
  }));
  if (newer === undefined) {
    return <p class="muted setup-text">The service's own agent has no versions.</p>;
  }
  if (older === undefined) {
    return (
      <p class="muted setup-text">
        This is the only version
        {newer.created_at !== null && (
          <>
            , of <Time at={newer.created_at} />
          </>
        )}
        .
      </p>
    );
  }
  return (
    <>
      <div class="agents-pair">
        <Choice
          label="From version"
          value={String(older.version)}
          options={options}
          onChange={(value) => setFrom(Number(value))}
        />
        <Choice
          label="To version"
          value={String(newer.version)}
          options={options}
          onChange={(value) => setTo(Number(value))}
        />
      </div>
      <Differences older={older} newer={newer} />
    </>
  );
}

interface DifferencesProps {
  readonly older: AgentVersion;
  readonly newer: AgentVersion;
}

function Differences({ older, newer }: DifferencesProps) {
  const found = differences(partsOf(older), partsOf(newer));
  if (found.length === 0) {
    return <p class="muted setup-text">They are the same.</p>;
  }
  return (
    <ul class="agents-diff" aria-label="Differences">
      {found.map(({ path, before, after }) => (
        <li key={path}>
          <code>
            <Text text={path} />
          </code>
          {before !== undefined && (
            <p class="agents-old">
              <span class="hidden">before </span>
              <Text text={lineOf(jsonText(before), VALUE_CHARS)} />
            </p>
          )}
          {after !== undefined && (
            <p class="agents-new">
              <span class="hidden">after </span>
              <Text text={lineOf(jsonText(after), VALUE_CHARS)} />
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function partsOf({ description, config, limits }: AgentVersion) {
  return { description, config, limits };
}

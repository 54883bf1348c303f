/** Health and settings of a server. */
import type { McpServer } from "../../../../sdk/src/model.ts";
import { jsonText } from "../../../../sdk/src/view/wording.ts";
import { spanText } from "../../parts/number.ts";
import { Section } from "../../parts/section.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { HealthMark } from "./health-mark.tsx";

/** The facts. */
export function ServerFacts({ server }: { readonly server: McpServer }) {
  const { health, source, timeout_ms, effects, approval, trust_annotations, headers } = server;
  return (
    <Section title="Health">
      <HealthMark server={server} />
      {health.message !== null && (
        <div class="note tone-bad">
          <p>
            <Text text={health.message} />
          </p>
          {health.code !== null && <code>{health.code}</code>}
        </div>
      )}
      <dl class="facts">
        <dt>Asked</dt>
        <dd>{health.checked_at === null ? "never" : <Time at={health.checked_at} />}</dd>
        <dt>From</dt>
        <dd>{source === "tenant" ? "this tenant" : "the deployment"}</dd>
        <dt>Timeout</dt>
        <dd>{spanText(timeout_ms)}</dd>
        <dt>Approval</dt>
        <dd>{approval === "always" ? "a person approves each call" : "only if a policy asks"}</dd>
        <dt>Hints</dt>
        <dd>
          {trust_annotations ? "its own hints about effects hold" : "its own hints are ignored"}
        </dd>
        <dt>Effects</dt>
        <dd>
          {Object.keys(effects).length === 0 ? "none named" : <Text text={jsonText(effects)} />}
        </dd>
        <dt>Headers</dt>
        <dd>
          {Object.keys(headers).length === 0 ? (
            "none"
          ) : (
            <Text text={Object.keys(headers).join(", ")} />
          )}
        </dd>
      </dl>
    </Section>
  );
}

/** The model providers that limit calls: their breakers, limits and waiting calls. */
import type { Provider } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { Mark } from "../../parts/chip.tsx";
import { countText } from "../../parts/number.ts";
import { Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Line } from "../../parts/text.tsx";

const EVERY_MS = 10_000;

const BREAKERS = {
  closed: { tone: "ok", text: "takes calls" },
  half_open: { tone: "wait", text: "is being tried again" },
  open: { tone: "bad", text: "fails; calls wait" },
} as const satisfies Record<Provider["breaker"], { tone: string; text: string }>;

/** The section of the providers. */
export function Providers() {
  const state = useQuery(
    "providers",
    ({ providers }, signal) => providers.list({ limit: 100 }, { signal }),
    { everyMs: EVERY_MS },
  );
  return (
    <Section title="Model providers">
      <Loaded state={state}>
        {({ data }) =>
          data.length === 0 ? (
            <p class="muted setup-text">
              No provider has refused or failed a call in the last day, and none has a configured
              limit.
            </p>
          ) : (
            <ul class="limit-rows">
              {data.map((one) => (
                <Row key={`${one.provider}/${one.model_family}/${one.own_key}`} provider={one} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

function Row({ provider }: { readonly provider: Provider }) {
  const { breaker, limits, waiting, waiting_of_tenant, in_flight, own_key } = provider;
  const { tone, text } = BREAKERS[breaker];
  const models = provider.model_family === "*" ? "all models" : provider.model_family;
  return (
    <li>
      <p class={`status tone-${tone}`}>
        <Mark tone={tone} />
        <strong>
          <Line text={`${provider.provider} ${text}`} />
        </strong>
      </p>
      <p class="muted">
        <Line text={models} />
        {own_key && ", own key"}, {countText(in_flight)} in flight
        {waiting > 0 && `, ${countText(waiting)} waiting (${countText(waiting_of_tenant)} here)`}
      </p>
      {limits.map(({ unit, limit, remaining }) => (
        <p class="muted" key={unit}>
          {countText(remaining)} of {countText(limit)} {unit.replace("_", " ")} a minute left
        </p>
      ))}
    </li>
  );
}

/** The providers of a config: agents of the service. */
import type { ProviderConfig } from "../../../promptfoo/index.ts";
import { recordOf } from "../../input.ts";
import type { Faults } from "./faults.ts";
import type { PlannedProvider } from "../plan.ts";

const PREFIX = "opspawn:";
/** The ways in which a config of promptfoo names the provider of this package. */
const OWN =
  /^package:opspawn\/promptfoo:\w+$|^file:\/\/(?:.*\/)?opspawn(?:\/dist)?\/promptfoo(?:\/index)?\.m?js$/;
const AGENT = /^(?<agent>[a-z0-9][a-z0-9_-]{0,63})(?:@(?<version>[1-9]\d{0,14}))?$/;
const CONFIG_FIELDS = [
  "agent",
  "agent_config",
  "events",
  "input_data",
  "key",
  "limits",
  "metadata",
  "subject",
  "timeout_s",
  "url",
  "version",
];
/** Set by the command line for all providers. */
const ADDRESS = "is chosen by --url, --profile and OPSPAWN_KEY";

/**
 * Returns the providers.
 * @param agents agents of the command line, such as `support@2`, in place of those of the config;
 *   other settings are those of the first provider
 */
export function providersIn(
  given: unknown,
  agents: readonly string[],
  faults: Faults,
): readonly PlannedProvider[] {
  const listed = given === undefined ? [] : [given].flat();
  const planned = listed.flatMap((one, i) => providerIn(`providers[${i}]`, one, faults));
  if (agents.length > 0) {
    return agents.flatMap((text) => namedAgent(text, planned[0]?.config ?? {}, faults));
  }
  if (planned.length === 0 && listed.length === 0) {
    faults.add("providers", "there is none: name an agent, such as opspawn:default");
  }
  const labels = planned.map(({ label }) => label);
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined) {
    faults.add("providers", `two are called ${twice}: set label`);
  }
  return planned;
}

function providerIn(at: string, given: unknown, faults: Faults): readonly PlannedProvider[] {
  const fields = typeof given === "string" ? { id: given } : recordOf(given);
  const { id, label, config: settings } = fields;
  if (typeof id !== "string") {
    faults.add(at, "must be a text such as opspawn:support, or an object with id");
    return [];
  }
  faults.fields(at, fields, {
    fields: ["id", "label", "config"],
    refused: { transform: "runs code, which an eval does not", prompts: "is not supported" },
  });
  // The spans of a task are read from the service, and sent nowhere.
  const { otlp: _ofPromptfoo, ...config } = recordOf(settings);
  faults.fields(`${at}.config`, config, {
    fields: CONFIG_FIELDS,
    refused: { url: ADDRESS, key: ADDRESS },
  });
  if (!id.startsWith(PREFIX) && !OWN.test(id)) {
    faults.add(
      at,
      `${id} is not an agent: use opspawn:<agent>, opspawn:<agent>@<version> or package:opspawn/promptfoo:OpspawnProvider`,
    );
    return [];
  }
  const named = id.startsWith(PREFIX)
    ? namedAgent(id.slice(PREFIX.length), config, faults)
    : [{ label: labelOf(config), config }];
  return named.map((one) => ({
    label: typeof label === "string" ? label : one.label,
    config: one.config,
  }));
}

function namedAgent(
  text: string,
  config: ProviderConfig,
  faults: Faults,
): readonly PlannedProvider[] {
  const { agent, version } = AGENT.exec(text)?.groups ?? {};
  if (agent === undefined) {
    faults.add("providers", `${text} is not an agent: write its name, or name@version`);
    return [];
  }
  const { version: _ofConfig, ...rest } = config;
  const named = { ...rest, agent, ...(version !== undefined && { version: Number(version) }) };
  return [{ label: labelOf(named), config: named }];
}

function labelOf({ agent = "default", version }: ProviderConfig): string {
  return version === undefined ? agent : `${agent}@${version}`;
}

/**
 * The settings of a local service: those in `.dev.vars`, and those in the environment of the
 * program that starts it. They are passed on in a file that only its owner can read, since every
 * user of the machine can see a command line.
 */

type Variables = Readonly<Record<string, string | undefined>>;

const PROVIDER = /^(?:OPENAI|ANTHROPIC|GOOGLE|OPENROUTER)_(?:API_KEY|BASE_URL|HEADERS)$/;
const OTHERS = new Set([
  "OPENAI_API",
  "OPENROUTER_REFERER",
  "OPENROUTER_TITLE",
  "AGENTKIT_LLM_PROVIDER",
  "AGENTKIT_LLM_MODEL",
  "AGENTKIT_PLANNER_TYPE",
]);
/** For the programs in this folder, not for the service. */
const OURS = /^OPSPAWN_(?:STATE|URL|KEY|LOCAL_KEY)$/;

/** Whether the service reads a variable of this name. */
export function isSetting(name: string): boolean {
  return (
    PROVIDER.test(name) || OTHERS.has(name) || (name.startsWith("OPSPAWN_") && !OURS.test(name))
  );
}

/**
 * All settings; those of the environment win over those of the file. An empty one is not set. What the
 * configured MCP servers name as `${NAME}` counts as one.
 */
export function settingsFrom(file: Variables, environment: Variables): Record<string, string> {
  const servers = environment["OPSPAWN_MCP_SERVERS"] || file["OPSPAWN_MCP_SERVERS"] || "";
  const named = new Set(Array.from(servers.matchAll(/\$\{(\w+)\}/g), (match) => match[1]));
  const inFile = Object.entries(file).filter(([name]) => !OURS.test(name));
  const inEnvironment = Object.entries(environment).filter(
    ([name]) => isSetting(name) || (named.has(name) && !OURS.test(name)),
  );
  const settings: Record<string, string> = {};
  for (const [name, value] of [...inFile, ...inEnvironment]) {
    if (value !== undefined && value !== "") {
      settings[name] = value;
    }
  }
  return settings;
}

/**
 * What a service on this machine gets: all settings, and the names by which it may be called,
 * where they do not say. A page in a browser that was led here by another name is not answered.
 */
export function localSettings(
  port: number,
  file: Variables,
  environment: Variables,
): Record<string, string> {
  const hosts = ["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${port}`);
  return { OPSPAWN_HOSTS: hosts.join(","), ...settingsFrom(file, environment) };
}

/** The bindings that the service needs. */
import { SettingError } from "../env/config.ts";

/** What to add to the wrangler configuration for each binding. */
const BINDINGS: Readonly<Record<string, string>> = {
  DB: "a D1 database with the binding DB",
  RUNS: "a Durable Object with the binding RUNS and the class AgentRun",
  LEDGERS: "a Durable Object with the binding LEDGERS and the class TenantLedger",
  FEEDS: "a Durable Object with the binding FEEDS and the class TenantFeed",
  TIMETABLES: "a Durable Object with the binding TIMETABLES and the class Timetable",
  MEMORIES: "a Durable Object with the binding MEMORIES and the class TenantMemory",
  FILES: "a Durable Object with the binding FILES and the class TenantFile",
  GATES: "a Durable Object with the binding GATES and the class ProviderGate",
  TASKS: "a queue producer with the binding TASKS",
  TASKS_HIGH: "a queue producer with the binding TASKS_HIGH",
  TASKS_LOW: "a queue producer with the binding TASKS_LOW",
  WEBHOOKS: "a queue producer with the binding WEBHOOKS",
  TRACES: "a queue producer with the binding TRACES",
};

const complete = new WeakSet<object>();

/** Returns an environment that has every binding. @throws SettingError for the first missing one */
export function withBindings(env: object): Env {
  if (!hasBindings(env)) {
    const missing = Object.keys(BINDINGS).find((name) => !isBound(env, name)) ?? "";
    throw new SettingError(
      `The binding ${missing} is missing: add ${BINDINGS[missing]} to the wrangler configuration; \`opspawn doctor\` prints the lines.`,
    );
  }
  return env;
}

function hasBindings(env: object): env is Env {
  if (!complete.has(env) && Object.keys(BINDINGS).every((name) => isBound(env, name))) {
    complete.add(env);
  }
  return complete.has(env);
}

function isBound(env: object, name: string): boolean {
  return name in env && Reflect.get(env, name) !== undefined;
}

/** The composition root: builds, from an environment, what the rest receives as arguments. */
import type { RunTools } from "./agent/effects.ts";
import type { LlmClient } from "./agent/llm/client.ts";
import { localRules, localScript } from "./agent/llm/local.ts";
import { openAiClient } from "./agent/llm/openai.ts";
import { unavailableClient } from "./agent/llm/unavailable.ts";
import { plannerFor } from "./agent/planners/planner-for.ts";
import type { Isolate } from "./agent/tools/isolate.ts";
import { builtInTools, toolboxFor } from "./agent/tools/registry.ts";
import { schemaDefect } from "./agent/tools/schema-defect.ts";
import { scriptTools } from "./agent/tools/script-tools.ts";
import { configOf, type Config } from "./env.ts";
import { logObserver, type Observer } from "./observe.ts";
import type { Catalogue } from "./run/catalogue.ts";
import type { Planner } from "./run/planner.ts";
import { scriptSchema } from "./run/script.ts";
import type { PlannerName, RunSpec } from "./run/spec.ts";
import type { ScriptedCalls } from "./run/state.ts";
import { TaskStore } from "./store/tasks.ts";

/** What a run's object works with. */
export interface Deps {
  readonly config: Config;
  readonly tasks: TaskStore;
  readonly observer: Observer;
  now(): number;
  random(): number;
  plannerFor(name: PlannerName): Planner;
  /** @param scripted the calls of scripted tools so far */
  toolsFor(spec: RunSpec, scripted: () => ScriptedCalls | null): RunTools;
}

/**
 * What a run's object needs, from its environment.
 * @param isolate where code runs; null where a deployment has no such place
 * @throws SettingError
 */
export function buildDeps(env: Env, isolate: Isolate | null = null): Deps {
  const config = configOf(env);
  const builtIn = builtInTools(isolate);
  return {
    config,
    tasks: new TaskStore(env.DB),
    observer: buildObserver(),
    now: () => Date.now(),
    random: () => Math.random(),
    plannerFor,
    toolsFor: (spec, scripted) => ({
      llm: llmFor(config, spec),
      toolbox: toolboxFor(
        spec.config.tools,
        scriptTools(spec.input_data["script_tools"], scripted),
        builtIn,
      ),
      settings: {
        retry: config.retry,
        modelTimeoutMs: config.modelTimeoutMs,
        deltaChars: config.deltaChars,
        deltaMs: config.deltaMs,
      },
    }),
  };
}

/** Faults as structured lines in the Worker's log. */
export function buildObserver(): Observer {
  return logObserver((line) => console.error(line));
}

const LOCAL_MODELS = ["local/rules", "local/script"];

/** What this deployment offers to submissions. */
export function buildCatalogue(config: Config, env: Partial<Pick<Env, "ISOLATES">>): Catalogue {
  // For its description only: the Worker itself runs no code.
  const isolate = env.ISOLATES === undefined ? null : { run: () => Promise.reject(new Error()) };
  const providers = ["local", ...config.providers.keys()];
  return {
    providers,
    tools: builtInTools(isolate).map((tool) => ({
      name: tool.name,
      description: tool.description,
      input_schema: tool.inputSchema,
      output_schema: tool.outputSchema,
      effect: tool.effect,
      timeout_ms: tool.timeoutMs,
    })),
    schemaDefect,
    modelProblem(model) {
      const slash = model.indexOf("/");
      const provider = model.slice(0, slash);
      if (LOCAL_MODELS.includes(model)) {
        return null;
      }
      if (slash < 1 || slash === model.length - 1 || provider === "local") {
        const known = `A model is written <provider>/<model id>, such as ${LOCAL_MODELS.join(" or ")}.`;
        return { code: "unknown_model", detail: `There is no model "${model}". ${known}` };
      }
      if (config.providers.has(provider)) {
        return null;
      }
      return provider === "openai"
        ? {
            code: "provider_not_configured",
            detail:
              "The provider openai is not configured: set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server.",
          }
        : {
            code: "unknown_model",
            detail: `There is no provider "${provider}". Configured: ${providers.join(", ")}.`,
          };
    },
  };
}

function llmFor(config: Config, spec: RunSpec): LlmClient {
  const { model } = spec.config;
  if (model === "local/script") {
    return localScript(scriptSchema.parse(spec.input_data["script"] ?? []));
  }
  const provider = model.slice(0, model.indexOf("/"));
  if (provider === "local") {
    return localRules();
  }
  const settings = config.providers.get(provider);
  return settings === undefined
    ? unavailableClient(provider)
    : openAiClient({ provider, ...settings });
}

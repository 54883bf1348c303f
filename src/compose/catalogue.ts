/** Builds the catalogue of a deployment: models, built-in tools, and the checks of definitions. */
import { HostRules } from "../agent/fetch/host-rules.ts";
import { modelProblem, providerNames, takesFiles } from "../agent/llm/providers.ts";
import { definitionDefects } from "../agent/tools/registered/definition-defects.ts";
import { builtInTools } from "../agent/tools/registry.ts";
import { schemaDefect } from "../agent/tools/schema/schema-defect.ts";
import { referenceDefect } from "../agent/tools/schema/schema-refs.ts";
import type { Config } from "../env/config.ts";
import type { Catalogue } from "../run/spec/catalogue.ts";
import { boundTools, checkPlanner, NO_EXTENSIONS, type Extensions } from "./extensions.ts";
import { priceOf, providersOf } from "./network.ts";

/**
 * Builds the catalogue of a deployment, without network access.
 * @throws SettingError if the default planner does not exist
 */
export function buildCatalogue(
  config: Config,
  env: Partial<Pick<Env, "ISOLATES">> & { readonly AI?: unknown } = {},
  extensions: Extensions = NO_EXTENSIONS,
): Catalogue {
  checkPlanner(extensions, config);
  // The Worker describes run_code but never runs it.
  const isolate = env.ISOLATES === undefined ? null : { run: () => Promise.reject(new Error()) };
  const known = providersOf(config, env, extensions);
  const providers = providerNames(known);
  const rules = new HostRules(config.web);
  return {
    providers,
    planners: [...extensions.planners.keys()],
    tools: [...builtInTools(isolate), ...boundTools(extensions, env)].map((tool) => ({
      name: tool.name,
      description: tool.description,
      input_schema: tool.inputSchema,
      output_schema: tool.outputSchema,
      effect: tool.effect,
      approval: tool.approval ?? "never",
      untrusted: tool.untrusted ?? null,
      timeout_ms: tool.timeoutMs,
    })),
    isPriced: (model) => priceOf(config, model) !== null,
    definitionDefects: (definition) => definitionDefects(definition, rules, isolate !== null),
    schemaDefect: (schema) => referenceDefect(schema) ?? schemaDefect(schema),
    addressDefect: (url) => rules.defect(url),
    modelProblem: (model) => modelProblem(model, providers),
    takesFiles: (model) => takesFiles(model, known),
  };
}

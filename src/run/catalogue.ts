/** What a deployment offers, for submissions to be checked against and for people to read. */
import type { Effect } from "./effect.ts";
import type { JsonObject } from "./json.ts";

export interface Catalogue {
  /** Providers that can be used, `local` first. */
  readonly providers: readonly string[];
  readonly tools: readonly CatalogueTool[];
  /** Why a model cannot be used (a problem's code and sentence), or null. */
  modelProblem(model: string): ModelProblem | null;
}

export interface CatalogueTool {
  readonly name: string;
  readonly description: string;
  readonly input_schema: JsonObject;
  readonly output_schema: JsonObject | null;
  readonly effect: Effect;
  readonly timeout_ms: number;
}

export interface ModelProblem {
  readonly code: "unknown_model" | "provider_not_configured";
  readonly detail: string;
}

/**
 * What a deployment offers: providers, tools and models. Submissions are checked against it, and
 * the API shows it. `compose/` builds it.
 */
import type { Effect } from "../value/effect.ts";
import type { JsonObject } from "../value/json.ts";
import type { Approval, ToolDefinition } from "./tool-definition.ts";
import type { Untrusted } from "../value/trust.ts";

/** The port of the catalogue. No method rejects because of invalid input. */
export interface Catalogue {
  /** Configured providers, `local` first. */
  readonly providers: readonly string[];
  readonly tools: readonly CatalogueTool[];
  /** Names of planners, built-in ones first. */
  readonly planners: readonly string[];
  /** Returns why a model cannot be used, or null. */
  modelProblem(model: string): ModelProblem | null;
  /** Returns whether a model can be given files that are not text. */
  takesFiles(model: string): boolean;
  /** Returns whether a price is known for a model. */
  isPriced(model: string): boolean;
  /** Returns the defects of a tenant's tool; empty if it can be called. */
  definitionDefects(definition: ToolDefinition): Promise<readonly SchemaDefect[]>;
  /** Returns the defect of a JSON Schema, or null if it can be applied. */
  schemaDefect(schema: JsonObject): SchemaDefect | null;
  /**
   * Returns why requests to an address are not allowed, judged by its text alone; null if they are.
   */
  addressDefect(url: string): string | null;
}

/** A defect in a document, and where it is. */
export interface SchemaDefect {
  /** JSON pointer to the defect. */
  readonly pointer: string;
  readonly detail: string;
}

/** A built-in tool, as the API shows it. */
export interface CatalogueTool {
  readonly name: string;
  readonly description: string;
  readonly input_schema: JsonObject;
  readonly output_schema: JsonObject | null;
  readonly effect: Effect;
  readonly approval: Approval;
  readonly untrusted: Untrusted | null;
  readonly timeout_ms: number;
}

/** A problem code and its detail for a model that cannot be used. */
export interface ModelProblem {
  readonly code: "unknown_model" | "provider_not_configured";
  readonly detail: string;
}

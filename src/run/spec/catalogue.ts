/** What a deployment offers, for submissions to be checked against and for people to read. */
import type { Effect } from "../value/effect.ts";
import type { JsonObject } from "../value/json.ts";
import type { Approval, ToolDefinition } from "./tool-definition.ts";
import type { Untrusted } from "../value/trust.ts";

export interface Catalogue {
  /** Providers that can be used, `local` first. */
  readonly providers: readonly string[];
  readonly tools: readonly CatalogueTool[];
  /** Why a model cannot be used (a problem's code and sentence), or null. */
  modelProblem(model: string): ModelProblem | null;
  /** Whether it is known what a model costs. */
  isPriced(model: string): boolean;
  /** What is wrong with a tool that a tenant brings; empty if it can be called. */
  definitionDefects(definition: ToolDefinition): Promise<readonly SchemaDefect[]>;
  /** What is wrong with a JSON Schema, or null if it can be applied. */
  schemaDefect(schema: JsonObject): SchemaDefect | null;
  /** Why an address may not be sent to, as far as its text tells; null if it may. */
  addressDefect(url: string): string | null;
}

export interface SchemaDefect {
  /** JSON pointer into what is wrong. */
  readonly pointer: string;
  readonly detail: string;
}

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

export interface ModelProblem {
  readonly code: "unknown_model" | "provider_not_configured";
  readonly detail: string;
}

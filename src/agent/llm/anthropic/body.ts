/**
 * A request as Anthropic's messages API has it. The quirks: users and the model take turns, no text
 * may be empty, the model never has the last word but for a turn it paused, and only what is marked
 * is cached: the system text (or the tools) and the conversation up to its last two questions.
 */
import { keptData, refilled, type AssistantTurn } from "../kept-blocks.ts";
import type {
  ContentBlockParam,
  ImageBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  TextBlockParam,
  Tool,
} from "@anthropic-ai/sdk/resources/messages";
import { isJsonObject } from "../../../run/value/json.ts";
import type { ToolDescription, ToolResult, Turn } from "../../../run/value/message.ts";
import type { Image } from "../../../run/value/picture.ts";
import { bindsThinking, defaultMaxTokens, takesSchema, takesTemperature } from "./models.ts";
import { anthropicSchema } from "./schema.ts";
import type { ModelRequest } from "../client.ts";
import { schemaPrompt } from "../strict-schema.ts";
import { wireName } from "../tool-name.ts";
import { toolText } from "../tool-text.ts";

type Messages = { role: "user" | "assistant"; content: ContentBlockParam[] }[];

const CACHED = { cache_control: { type: "ephemeral" } } as const;
const GO_ON = "Go on.";

/** What is sent; the SDK's types have neither what is older than their API version nor what is new. */
export type AnthropicBody = Omit<MessageCreateParamsStreaming, "thinking"> & {
  readonly temperature?: number;
  readonly thinking?: typeof FORGETFUL;
};

/** A thought whose past has left the window is dropped instead of refused. */
const FORGETFUL = {
  type: "adaptive",
  block_binding: { prefix_mismatch_behavior: "drop_block" },
} as const;
/** The header that allows it. */
export const FORGETFUL_BETA = "thinking-binding-controls-2026-08-01";

/** Whether a temperature is asked for, of a model that takes one. */
export function sendsTemperature({ model, temperature }: ModelRequest): boolean {
  return temperature !== undefined && takesTemperature(model);
}

/** The body of a request. */
export function anthropicBody(request: ModelRequest, provider: string): AnthropicBody {
  const { model, tools, temperature, stop } = request;
  const schema = schemaFor(request);
  const system = isPrompted(request)
    ? schemaPrompt(request.system, request.output_schema ?? {})
    : request.system;
  const stops = stop.filter((text) => text.trim() !== "");
  return {
    model,
    max_tokens: request.max_output_tokens ?? defaultMaxTokens(model),
    ...(system !== "" && { system: [{ type: "text", text: system, ...CACHED }] }),
    messages: toMessages(request, provider),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map((tool, at) => toTool(tool, system === "" && at === tools.length - 1)),
        }),
    ...(stops.length > 0 && { stop_sequences: stops }),
    ...(temperature === undefined || !sendsTemperature(request)
      ? {}
      : { temperature: Math.min(1, temperature) }),
    ...(bindsThinking(model) ? { thinking: FORGETFUL } : {}),
    ...(schema !== null && { output_config: { format: { type: "json_schema", schema } } }),
    stream: true,
  };
}

function toTool({ name, description, input_schema }: ToolDescription, isLast: boolean): Tool {
  return {
    name: wireName(name),
    description,
    input_schema: { ...input_schema, type: "object" },
    ...(isLast ? CACHED : {}),
  };
}

/** Whether JSON is asked for by words, since the model or the schema is not one for its own mode. */
export function isPrompted(request: ModelRequest): boolean {
  return request.output_schema !== undefined && schemaFor(request) === null;
}

function schemaFor({ model, output_schema }: ModelRequest): { [key: string]: unknown } | null {
  return output_schema === undefined || !takesSchema(model) ? null : anthropicSchema(output_schema);
}

function toMessages(request: ModelRequest, provider: string): MessageParam[] {
  // The API requires a user turn first: one is added if the model opened the conversation.
  const opened = request.turns[0]?.role === "assistant";
  const messages: Messages = opened ? [{ role: "user", content: textBlocks(GO_ON) }] : [];
  for (const turn of request.turns) {
    const role = turn.role === "assistant" ? "assistant" : "user";
    const content = toBlocks(turn, request.model, provider);
    const last = messages.at(-1);
    if (content.length === 0) {
      continue;
    }
    if (last?.role === role) {
      last.content.push(...content);
    } else {
      messages.push({ role, content });
    }
  }
  const last = request.turns.at(-1);
  if (messages.at(-1)?.role === "assistant" && !isPaused(last, request.model, provider)) {
    messages.push({ role: "user", content: [{ type: "text", text: GO_ON }] });
  }
  return withCacheMarks(messages);
}

/** On the last two of the user's messages: one to read from, written last time, and one to write. */
function withCacheMarks(messages: Messages): MessageParam[] {
  const asked = new Set(
    messages.flatMap(({ role }, at) => (role === "user" ? [at] : [])).slice(-2),
  );
  return messages.map(({ role, content }, at) => ({
    role,
    content: asked.has(at)
      ? content.map((block, i) => (i === content.length - 1 ? { ...block, ...CACHED } : block))
      : content,
  }));
}

function toBlocks(turn: Turn, model: string, provider: string): ContentBlockParam[] {
  switch (turn.role) {
    case "user":
      return [...(turn.images ?? []).map(imageBlock), ...textBlocks(turn.text)];
    case "notice":
      return textBlocks(turn.text);
    case "assistant":
      return keptBlocks(turn, model, provider) ?? plainBlocks(turn);
    case "tool":
      return turn.results.map((result) => ({
        type: "tool_result",
        tool_use_id: result.provider_id ?? result.call_id,
        content: resultContent(result),
        ...(result.error === undefined ? {} : { is_error: true }),
      }));
    default:
      return turn satisfies never;
  }
}

function resultContent(result: ToolResult): string | (TextBlockParam | ImageBlockParam)[] {
  const { images = [] } = result;
  const text = toolText(result);
  return images.length === 0 ? text : [...textBlocks(text), ...images.map(imageBlock)];
}

function textBlocks(text: string): TextBlockParam[] {
  return text.trim() === "" ? [] : [{ type: "text", text }];
}

function imageBlock(image: Image): ImageBlockParam {
  return {
    type: "image",
    source:
      "url" in image
        ? { type: "url", url: image.url }
        : {
            type: "base64",
            media_type: image.media_type as "image/png",
            data: image.data,
          },
  };
}

function plainBlocks(turn: AssistantTurn): ContentBlockParam[] {
  return [...textBlocks(turn.text), ...turn.tool_calls.map(callBlock)];
}

function callBlock(call: AssistantTurn["tool_calls"][number]): ContentBlockParam {
  return {
    type: "tool_use",
    id: call.provider_id ?? call.call_id,
    name: wireName(call.name),
    // The API takes objects only; what was none is shown as the model wrote it.
    input: isJsonObject(call.arguments)
      ? call.arguments
      : { arguments: call.arguments_text ?? call.arguments ?? null },
  };
}

function isPaused(turn: Turn | undefined, model: string, provider: string): boolean {
  return turn?.role === "assistant" && keptData(turn, model, provider)?.["paused"] === true;
}

/** The blocks of a reply: thinking and the provider's own as they came; null where it cannot be had. */
function keptBlocks(
  turn: AssistantTurn,
  model: string,
  provider: string,
): ContentBlockParam[] | null {
  const kept = keptData(turn, model, provider);
  return refilled<ContentBlockParam>(kept?.["blocks"], turn, (block) => {
    if (typeof block === "number") {
      return { kind: "text", length: block, blocks: textBlocks };
    }
    return block === "call"
      ? { kind: "call", block: callBlock }
      : { kind: "own", block: block as unknown as ContentBlockParam };
  });
}

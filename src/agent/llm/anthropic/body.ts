/**
 * Builds requests of Anthropic's messages API. Its rules: user and assistant turns alternate, no
 * text is empty, and the last turn is the user's unless the model paused. Only marked content is
 * cached: the system text (or the tools) and the conversation up to the last two user messages.
 */
import { partsOf } from "../body-parts.ts";
import { withWireIds } from "../call-ids.ts";
import { keptData, refilled, type AssistantTurn } from "../kept-blocks.ts";
import type {
  ContentBlockParam,
  DocumentBlockParam,
  ImageBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  TextBlockParam,
  Tool,
} from "@anthropic-ai/sdk/resources/messages";
import {
  loadedIn,
  type ToolDescription,
  type ToolResult,
  type Turn,
} from "../../../run/value/message.ts";
import { PDF, type LoadedAttachment } from "../../../run/value/attachment.ts";
import type { Image } from "../../../run/value/picture.ts";
import { bindsThinking, defaultMaxTokens, takesSchema, takesTemperature } from "./models.ts";
import { anthropicSchema } from "./schema.ts";
import type { BodyParts, ModelRequest } from "../client.ts";
import { once } from "../../../run/value/once.ts";
import { PerTurn } from "../per-turn.ts";
import { schemaPrompt } from "../strict-schema.ts";
import { wireName } from "../tool-name.ts";
import { toolSchema, withPlainNames } from "../tool-schema.ts";
import { argumentsObject, GO_ON, toolText } from "../tool-text.ts";

const CACHED = { cache_control: { type: "ephemeral" } } as const;

/** The request body. The SDK's types lack fields that are older than their API version or new. */
export type AnthropicBody = Omit<MessageCreateParamsStreaming, "thinking"> & {
  readonly temperature?: number;
  readonly thinking?: typeof FORGETFUL;
};

/**
 * Drops a thinking block whose preceding turns are outside the window, instead of rejecting the
 * request.
 */
const FORGETFUL = {
  type: "adaptive",
  block_binding: { prefix_mismatch_behavior: "drop_block" },
} as const;
/** The `anthropic-beta` value that enables it. */
export const FORGETFUL_BETA = "thinking-binding-controls-2026-08-01";

/** Returns whether the request sets a temperature and the model accepts one. */
export function sendsTemperature({ model, temperature }: ModelRequest): boolean {
  return temperature !== undefined && takesTemperature(model);
}

/** Returns the body of a request in parts. */
export function anthropicParts(request: ModelRequest, provider: string): BodyParts {
  const body = anthropicBody(request, provider);
  // The next request moves the mark of the last user message but one.
  return partsOf(body, "messages", askedIn(body.messages).at(-2) ?? 0);
}

function anthropicBody(request: ModelRequest, provider: string): AnthropicBody {
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
    ...(tools.length > 0 && { tools: system === "" ? toCachedTools(tools) : toTools(tools) }),
    ...(stops.length > 0 && { stop_sequences: stops }),
    ...(temperature === undefined || !sendsTemperature(request)
      ? {}
      : { temperature: Math.min(1, temperature) }),
    ...(bindsThinking(model) ? { thinking: FORGETFUL } : {}),
    ...(schema !== null && { output_config: { format: { type: "json_schema", schema } } }),
    stream: true,
  };
}

const toTools = once((tools: readonly ToolDescription[]) =>
  tools.map((tool) => toTool(tool, false)),
);
const toCachedTools = once((tools: readonly ToolDescription[]) =>
  tools.map((tool, at) => toTool(tool, at === tools.length - 1)),
);

function toTool({ name, description, input_schema }: ToolDescription, isLast: boolean): Tool {
  return {
    name: wireName(name),
    description,
    input_schema: { ...withPlainNames(toolSchema(input_schema)), type: "object" },
    ...(isLast ? CACHED : {}),
  };
}

/**
 * Returns whether the prompt asks for JSON, because the model or the schema does not fit the JSON
 * mode.
 */
export function isPrompted(request: ModelRequest): boolean {
  return request.output_schema !== undefined && schemaFor(request) === null;
}

function schemaFor({ model, output_schema }: ModelRequest): { [key: string]: unknown } | null {
  return output_schema === undefined || !takesSchema(model) ? null : anthropicSchema(output_schema);
}

/** The message of a single turn. It is shared by requests and must not be changed. */
type SingleMessage = { readonly role: "user" | "assistant"; readonly content: ContentBlockParam[] };
const remembered = new PerTurn<SingleMessage>();

function toMessages(request: ModelRequest, provider: string): MessageParam[] {
  // The API requires a user turn first: one is added if the model opened the conversation.
  const turns = withWireIds(request);
  const opened = turns[0]?.role === "assistant";
  const messages: SingleMessage[] = opened ? [{ role: "user", content: textBlocks(GO_ON) }] : [];
  const recipient = JSON.stringify([provider, request.model]);
  for (const turn of turns) {
    const message = remembered.of(turn, recipient, () => ({
      role: turn.role === "assistant" ? "assistant" : "user",
      content: toBlocks(turn, request.model, provider),
    }));
    const last = messages.at(-1);
    if (message.content.length === 0) {
      continue;
    }
    if (last?.role === message.role) {
      const content = [...last.content, ...message.content];
      messages.splice(-1, 1, { role: message.role, content });
    } else {
      messages.push(message);
    }
  }
  if (messages[0]?.role !== "user") {
    messages.unshift({ role: "user", content: textBlocks(GO_ON) });
  }
  const last = turns.at(-1);
  if (messages.at(-1)?.role === "assistant" && !isPaused(last, request.model, provider)) {
    messages.push({ role: "user", content: [{ type: "text", text: GO_ON }] });
  }
  return withCacheMarks(messages);
}

/** Marks the last two user messages: one reads the cache of the previous request, one writes it. */
function withCacheMarks(messages: readonly SingleMessage[]): MessageParam[] {
  const asked = new Set(askedIn(messages).slice(-2));
  return messages.map((message, at) => (asked.has(at) ? cached(message) : message));
}

function cached({ role, content }: SingleMessage): SingleMessage {
  const last = content.at(-1);
  return last === undefined
    ? { role, content }
    : { role, content: [...content.slice(0, -1), { ...last, ...CACHED }] };
}

/** Returns the places of the user messages. */
function askedIn(messages: readonly { readonly role: string }[]): number[] {
  return messages.flatMap(({ role }, at) => (role === "user" ? [at] : []));
}

function toBlocks(turn: Turn, model: string, provider: string): ContentBlockParam[] {
  switch (turn.role) {
    case "user":
      return [
        ...loadedIn(turn).map(documentBlock),
        ...(turn.images ?? []).map(imageBlock),
        ...textBlocks(turn.text),
      ];
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

function documentBlock({ name, data }: LoadedAttachment): DocumentBlockParam {
  return {
    type: "document",
    source: { type: "base64", media_type: PDF, data },
    title: name,
  };
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
    input: argumentsObject(call),
  };
}

function isPaused(turn: Turn | undefined, model: string, provider: string): boolean {
  return turn?.role === "assistant" && keptData(turn, model, provider)?.["paused"] === true;
}

/**
 * Returns the blocks of a reply, with thinking and provider-specific blocks unchanged. Null if they
 * cannot be rebuilt.
 */
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

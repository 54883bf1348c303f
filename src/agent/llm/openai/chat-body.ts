/**
 * Builds requests of the chat completions API. The order of keys is fixed, because the body is
 * hashed.
 */
import { defined } from "../../../run/value/defined.ts";
import type {
  ChatCompletionContentPart,
  ChatCompletionContentPartText,
  ChatCompletionCreateParamsStreaming,
} from "openai/resources/chat/completions";
import {
  loadedIn,
  type Opaque,
  type ToolDescription,
  type ToolResult,
  type Turn,
} from "../../../run/value/message.ts";
import { pictureCaption, type Image } from "../../../run/value/picture.ts";
import type { LoadedAttachment } from "../../../run/value/attachment.ts";
import { partsOf } from "../body-parts.ts";
import { withWireIds } from "../call-ids.ts";
import { keptData, type AssistantTurn } from "../kept-blocks.ts";
import type { BodyParts, ModelRequest } from "../client.ts";
import { isReasoningModel } from "./models.ts";
import { once } from "../../../run/value/once.ts";
import { PerTurn } from "../per-turn.ts";
import { isStrict } from "../strict-schema.ts";
import { wireName } from "../tool-name.ts";
import { withShortDescription } from "../tool-schema.ts";
import { argumentsText, GO_ON, toolText } from "../tool-text.ts";

/** Differences between servers of this protocol. */
export interface ChatDialect {
  /** OpenAI's reasoning models reject the old name; other servers do not support the new one. */
  readonly maxTokens: "max_completion_tokens" | "max_tokens";
  /** True if the server is OpenAI, so that the limits of its models apply. */
  readonly openAi: boolean;
  /** OpenRouter: reasoning is received and sent back as `reasoning_details`. */
  readonly reasoningDetails: boolean;
}

type Body = ChatCompletionCreateParamsStreaming;
type Message = Body["messages"][number];

/** A text part with OpenRouter's cache mark. */
type CachedText = ChatCompletionContentPartText & { readonly cache_control: { type: "ephemeral" } };

/** The suffix of the `opaque` provider, so that only this protocol reads the data. */
const REASONING_OPAQUE = "reasoning_content";
/** Maximum number of stop sequences that the API accepts. */
const MAX_STOPS = 4;

const remembered = new PerTurn<Message[]>();

/** Returns the body of a request. */
export function chatParts(
  request: ModelRequest,
  provider: string,
  dialect: ChatDialect,
): BodyParts {
  const body = chatBody(request, provider, dialect);
  const stable = isMarked(request, dialect) ? (askedIn(body.messages).at(-2) ?? 0) : undefined;
  return partsOf(body, "messages", stable);
}

function chatBody(request: ModelRequest, provider: string, dialect: ChatDialect): Body {
  const { model } = request;
  const recipient = JSON.stringify([provider, model, dialect.reasoningDetails]);
  const said = withWireIds(request).flatMap((turn) =>
    remembered.of(turn, recipient, () => toMessages(turn, model, provider, dialect)),
  );
  const turns: Message[] = said.length === 0 ? [{ role: "user", content: GO_ON }] : said;
  const messages: Message[] =
    request.system === "" ? turns : [{ role: "system", content: request.system }, ...turns];
  const { temperature, max_output_tokens, seed, output_schema } = request;
  const stop = sentStops(request, dialect);
  return {
    model: request.model,
    messages: isMarked(request, dialect) ? withCacheMarks(messages) : messages,
    ...(request.tools.length > 0 && { tools: toTools(request.tools) }),
    ...(stop.length > 0 && { stop }),
    ...(temperature === undefined || (dialect.openAi && isReasoningModel(request.model))
      ? {}
      : { temperature }),
    ...defined({ [dialect.maxTokens]: max_output_tokens }),
    ...defined({ seed }),
    ...(output_schema === undefined
      ? {}
      : {
          response_format: {
            type: "json_schema",
            json_schema: { name: "answer", schema: output_schema, strict: isStrict(output_schema) },
          },
        }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

const toTools = once((tools: readonly ToolDescription[]) =>
  tools.map(({ name, description, input_schema }) => ({
    type: "function" as const,
    function: { name: wireName(name), ...withShortDescription(description, input_schema) },
  })),
);

/** Returns whether the body has cache marks. */
function isMarked({ model }: ModelRequest, { reasoningDetails }: ChatDialect): boolean {
  return reasoningDetails && model.startsWith("anthropic/");
}

/** Returns the stop sequences that are sent to the server. */
function sentStops({ model, stop }: ModelRequest, { openAi }: ChatDialect): string[] {
  return openAi && isReasoningModel(model) ? [] : stop.slice(0, MAX_STOPS);
}

/** Returns the stop sequences that are not sent to the server and are applied here. */
export function ownStops(request: ModelRequest, dialect: ChatDialect): readonly string[] {
  const sent = sentStops(request, dialect);
  return request.stop.filter((stop) => !sent.includes(stop));
}

function toMessages(turn: Turn, model: string, provider: string, dialect: ChatDialect): Message[] {
  switch (turn.role) {
    case "user":
      return userMessage(turn.text, turn.images ?? [], loadedIn(turn));
    case "notice":
      return userMessage(turn.text, [], []);
    case "assistant":
      return assistantMessage(turn, model, provider, dialect);
    case "tool":
      return [
        ...turn.results.map((result) => ({
          role: "tool" as const,
          tool_call_id: result.provider_id ?? result.call_id,
          content: toolText(result),
        })),
        ...picturesMessage(turn.results),
      ];
    default:
      return turn satisfies never;
  }
}

/**
 * Returns the data of `reasoning_content`. DeepSeek's and Kimi's models require it back with their
 * calls; other servers reject it.
 */
export function reasoningContent(provider: string, model: string, text: string): Opaque {
  return { provider: `${provider}/${REASONING_OPAQUE}`, data: { model, text } };
}

function sentReasoning(turn: AssistantTurn, model: string, provider: string) {
  const text = keptData(turn, model, `${provider}/${REASONING_OPAQUE}`)?.["text"];
  return typeof text === "string" ? { reasoning_content: text } : {};
}

/** Returns a user's message. Some servers reject an empty one. */
function userMessage(
  text: string,
  images: readonly Image[],
  files: readonly LoadedAttachment[],
): Message[] {
  if (images.length > 0 || files.length > 0) {
    const parts: ChatCompletionContentPart[] = text === "" ? [] : [{ type: "text", text }];
    const others = [...images.map(imagePart), ...files.map(filePart)];
    return [{ role: "user", content: [...parts, ...others] }];
  }
  return text === "" ? [] : [{ role: "user", content: text }];
}

/** Returns a reply as a message. Mistral and others reject one with neither text nor calls. */
function assistantMessage(
  turn: AssistantTurn,
  model: string,
  provider: string,
  dialect: ChatDialect,
): Message[] {
  const { text, tool_calls, opaque } = turn;
  const details =
    dialect.reasoningDetails && opaque?.provider === provider && Array.isArray(opaque.data)
      ? { reasoning_details: opaque.data }
      : {};
  const calls = tool_calls.map((call) => ({
    id: call.provider_id ?? call.call_id,
    type: "function" as const,
    function: { name: wireName(call.name), arguments: argumentsText(call) },
  }));
  return text === "" && calls.length === 0 && !("reasoning_details" in details)
    ? []
    : [
        {
          role: "assistant",
          // With calls, a missing text is null.
          content: text === "" && calls.length > 0 ? null : text,
          ...(calls.length > 0 && { tool_calls: calls }),
          ...details,
          ...(calls.length > 0 && sentReasoning(turn, model, provider)),
        },
      ];
}

/**
 * Returns a message with the pictures of tool results. Tool messages are text only and must be
 * adjacent, so the pictures follow the last one.
 */
function picturesMessage(results: readonly ToolResult[]): Message[] {
  const content = results.flatMap(({ name, images = [], untrusted }) =>
    images.length === 0
      ? []
      : [
          {
            type: "text" as const,
            text: pictureCaption(wireName(name), images.length, untrusted !== undefined),
          },
          ...images.map(imagePart),
        ],
  );
  return content.length === 0 ? [] : [{ role: "user", content }];
}

function imagePart(image: Image): ChatCompletionContentPart {
  return { type: "image_url", image_url: { url: imageUrl(image) } };
}

function filePart(file: LoadedAttachment): ChatCompletionContentPart {
  return { type: "file", file: { filename: file.name, file_data: dataUrl(file) } };
}

/** Returns a file as a data URL. */
export function dataUrl({ media_type, data }: LoadedAttachment): string {
  return `data:${media_type};base64,${data}`;
}

/** Returns the picture's URL, or the picture as a data URL. */
export function imageUrl(image: Image): string {
  return "url" in image ? image.url : `data:${image.media_type};base64,${image.data}`;
}

/**
 * Marks the messages to cache, for Anthropic's models on OpenRouter, which cache only marked
 * content: the system text with the tools before it, and the conversation up to the last two user
 * or tool messages.
 */
function withCacheMarks(messages: readonly Message[]): Message[] {
  const marked = new Set([...askedIn(messages).slice(-2), messages[0]?.role === "system" ? 0 : -1]);
  return messages.map((message, at) =>
    marked.has(at) && typeof message.content === "string" && message.content !== ""
      ? ({
          ...message,
          content: [
            {
              type: "text",
              text: message.content,
              cache_control: { type: "ephemeral" },
            } as CachedText,
          ],
        } as Message)
      : message,
  );
}

/** Returns the places of the user and tool messages. */
function askedIn(messages: readonly Message[]): number[] {
  return messages.flatMap(({ role }, at) => (role === "user" || role === "tool" ? [at] : []));
}

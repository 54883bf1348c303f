/**
 * Builds requests of OpenAI's responses API. The API stores nothing (`store: false`). The reasoning
 * that the model needs to continue arrives encrypted with its replies and is sent back with them.
 */
import { withWireIds } from "../call-ids.ts";
import { keptData, refilled, type AssistantTurn } from "../kept-blocks.ts";
import type {
  ResponseCreateParamsStreaming,
  ResponseFunctionCallOutputItemList,
  ResponseInputItem,
  ResponseInputMessageContentList,
} from "openai/resources/responses/responses";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import {
  loadedIn,
  type ToolDescription,
  type ToolResult,
  type Turn,
} from "../../../run/value/message.ts";
import type { LoadedAttachment } from "../../../run/value/attachment.ts";
import type { Image } from "../../../run/value/picture.ts";
import { dataUrl, imageUrl } from "./chat-body.ts";
import type { ModelRequest } from "../client.ts";
import { textOf } from "../field.ts";
import { isReasoningModel } from "./models.ts";
import { once } from "../../../run/value/once.ts";
import { PerTurn } from "../per-turn.ts";
import { isStrict } from "../strict-schema.ts";
import { wireName } from "../tool-name.ts";
import { toolSchema } from "../tool-schema.ts";
import { argumentsText, toolText } from "../tool-text.ts";

/**
 * The suffix of the `opaque` provider, so that only this protocol reads data of
 * `responses-reply.ts`.
 */
export const RESPONSES_OPAQUE = "responses";
/** Items that the API accepts reasoning before. */
const FOLLOWERS = new Set(["message", "function_call"]);
/** The smallest `max_output_tokens` that the API accepts. */
const MIN_OUTPUT = 16;

const remembered = new PerTurn<ResponseInputItem[]>();

/** Returns the body of a request. The API supports neither stop sequences nor a seed. */
export function responsesBody(
  request: ModelRequest,
  provider: string,
): ResponseCreateParamsStreaming & { readonly input: ResponseInputItem[] } {
  const { model, system, tools, temperature, max_output_tokens, output_schema } = request;
  const reasons = isReasoningModel(model);
  const recipient = JSON.stringify([provider, model]);
  return {
    model,
    ...(system !== "" && { instructions: system }),
    input: withWireIds(request).flatMap((turn) =>
      remembered.of(turn, recipient, () => toItems(turn, request, provider)),
    ),
    ...(tools.length > 0 && { tools: toTools(tools) }),
    ...(temperature === undefined || reasons ? {} : { temperature }),
    ...(max_output_tokens === undefined
      ? {}
      : { max_output_tokens: Math.max(MIN_OUTPUT, max_output_tokens) }),
    ...(output_schema === undefined
      ? {}
      : {
          text: {
            format: {
              type: "json_schema",
              name: "answer",
              schema: output_schema,
              strict: isStrict(output_schema),
            },
          },
        }),
    store: false,
    // Other models reject this option.
    ...(reasons ? { include: ["reasoning.encrypted_content"] } : {}),
    stream: true,
  };
}

const toTools = once((tools: readonly ToolDescription[]) =>
  tools.map(({ name, description, input_schema }) => ({
    type: "function" as const,
    name: wireName(name),
    description,
    parameters: toolSchema(input_schema),
    strict: false,
  })),
);

function toItems(turn: Turn, request: ModelRequest, provider: string): ResponseInputItem[] {
  switch (turn.role) {
    case "user":
      return [
        {
          role: "user",
          content: userContent(turn.text, turn.images ?? [], loadedIn(turn)),
        },
      ];
    case "notice":
      return [{ role: "user", content: turn.text }];
    case "assistant":
      return keptItems(turn, request.model, provider) ?? plainItems(turn);
    case "tool":
      return turn.results.map((result) => ({
        type: "function_call_output",
        call_id: result.provider_id ?? result.call_id,
        output: resultOutput(result),
      }));
    default:
      return turn satisfies never;
  }
}

function userContent(
  text: string,
  images: readonly Image[],
  files: readonly LoadedAttachment[],
): string | ResponseInputMessageContentList {
  return images.length === 0 && files.length === 0
    ? text
    : [{ type: "input_text", text }, ...images.map(imageItem), ...files.map(fileItem)];
}

function fileItem(file: LoadedAttachment) {
  return { type: "input_file", filename: file.name, file_data: dataUrl(file) } as const;
}

function resultOutput(result: ToolResult): string | ResponseFunctionCallOutputItemList {
  const { images = [] } = result;
  const text = toolText(result);
  return images.length === 0 ? text : [{ type: "input_text", text }, ...images.map(imageItem)];
}

function imageItem(image: Image) {
  return { type: "input_image", detail: "auto", image_url: imageUrl(image) } as const;
}

function plainItems(turn: AssistantTurn): ResponseInputItem[] {
  return [
    ...(turn.text === "" ? [] : [{ role: "assistant" as const, content: turn.text }]),
    ...turn.tool_calls.map((call) => callItem(call, {})),
  ];
}

/**
 * Returns the items of a reply unchanged, without reasoning that the API would reject. Null if they
 * cannot be rebuilt.
 */
function keptItems(
  turn: AssistantTurn,
  model: string,
  provider: string,
): ResponseInputItem[] | null {
  const kept = keptData(turn, model, `${provider}/${RESPONSES_OPAQUE}`);
  const items = kept?.["items"];
  const accepted = Array.isArray(items)
    ? (items as readonly JsonValue[]).filter(isAccepted)
    : undefined;
  return refilled<ResponseInputItem>(accepted, turn, (item) => {
    if (!isJsonObject(item)) {
      return null;
    }
    const { text: length, ...rest } = item;
    if (item["type"] === "message" && typeof length === "number") {
      return { kind: "text", length, blocks: (text) => [messageItem(rest, text)] };
    }
    return item["type"] === "function_call"
      ? { kind: "call", block: (call) => callItem(call, item) }
      : { kind: "own", block: item as unknown as ResponseInputItem };
  });
}

/**
 * Returns whether the API accepts an item of a reply. It rejects reasoning without its encrypted
 * content, since nothing is stored, and reasoning that no message or call follows.
 */
function isAccepted(item: JsonValue, at: number, items: readonly JsonValue[]): boolean {
  if (!isJsonObject(item) || item["type"] !== "reasoning") {
    return true;
  }
  const { encrypted_content } = item;
  const isKept = typeof encrypted_content === "string" && encrypted_content !== "";
  return (
    isKept &&
    items.slice(at + 1).some((one) => isJsonObject(one) && FOLLOWERS.has(textOf(one["type"])))
  );
}

function messageItem(rest: JsonObject, text: string): ResponseInputItem {
  return {
    ...rest,
    type: "message",
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text, annotations: [] }],
  } as unknown as ResponseInputItem;
}

function callItem(call: AssistantTurn["tool_calls"][number], kept: JsonObject): ResponseInputItem {
  return {
    ...kept,
    type: "function_call",
    call_id: call.provider_id ?? call.call_id,
    name: wireName(call.name),
    arguments: argumentsText(call),
  };
}

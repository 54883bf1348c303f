/**
 * Builds requests of Gemini's `generateContent`, in the REST form that the SDK would send: the text
 * must be known before the SDK is loaded. Its rules: the last turn is never the model's, older
 * models do not support JSON mode together with tools, and thought signatures stay on the parts
 * they arrived with.
 */
import { withWireIds } from "../call-ids.ts";
import { keptData, refilled, type AssistantTurn } from "../kept-blocks.ts";
import { defined } from "../../../run/value/defined.ts";
import type { Content, FunctionResponsePart, GenerationConfig, Part, Tool } from "@google/genai";
import { isJsonObject, type JsonObject } from "../../../run/value/json.ts";
import {
  loadedIn,
  type ToolDescription,
  type ToolResult,
  type Turn,
} from "../../../run/value/message.ts";
import { pictureCaption, type Image, type Picture } from "../../../run/value/picture.ts";
import type { ModelRequest } from "../client.ts";
import { takesPicturesInResponses, takesSchemaWithTools, wantsSignatures } from "./models.ts";
import { googleSchema } from "./schema.ts";
import { once } from "../../../run/value/once.ts";
import { PerTurn } from "../per-turn.ts";
import { schemaPrompt } from "../strict-schema.ts";
import { wireName } from "../tool-name.ts";
import { toolSchema } from "../tool-schema.ts";
import { argumentsObject, GO_ON } from "../tool-text.ts";

export interface GoogleBody {
  readonly contents: readonly Content[];
  readonly systemInstruction?: Content;
  readonly tools?: readonly Tool[];
  readonly generationConfig: GenerationConfig & { readonly responseJsonSchema?: JsonObject };
}

/** Maximum number of stop sequences that the API accepts. */
const MAX_STOPS = 5;
const MAX_SEED = 2 ** 31 - 1;
/** Google's signature for calls in a history that no Gemini model made. */
const NO_SIGNATURE = "skip_thought_signature_validator";

/** Returns the body of a request. */
export function googleBody(request: ModelRequest, provider: string): GoogleBody {
  const { tools, temperature, max_output_tokens, seed, output_schema } = request;
  const prompted = isPrompted(request);
  const system =
    prompted && output_schema !== undefined
      ? schemaPrompt(request.system, output_schema)
      : request.system;
  const stop = request.stop.slice(0, MAX_STOPS);
  return {
    contents: toContents(request, provider),
    ...(system !== "" && { systemInstruction: { parts: [{ text: system }] } }),
    ...(tools.length > 0 && { tools: toTools(tools) }),
    generationConfig: {
      ...defined({ temperature, maxOutputTokens: max_output_tokens }),
      ...(stop.length > 0 && { stopSequences: stop }),
      // The API accepts 32-bit seeds.
      ...(seed === undefined || Math.abs(seed) > MAX_SEED ? {} : { seed }),
      ...(output_schema === undefined || prompted
        ? {}
        : {
            responseMimeType: "application/json",
            responseJsonSchema: googleSchema(output_schema),
          }),
    },
  };
}

const toTools = once((tools: readonly ToolDescription[]): Tool[] => [
  {
    functionDeclarations: tools.map(({ name, description, input_schema }) => ({
      name: wireName(name),
      description,
      parametersJsonSchema: googleSchema(toolSchema(input_schema)),
    })),
  },
]);

/** Returns the stop sequences that are applied here because the API accepts no more. */
export function ownStops(request: ModelRequest): readonly string[] {
  return request.stop.slice(MAX_STOPS);
}

/** Returns whether the prompt asks for JSON, instead of the JSON mode. */
export function isPrompted({ output_schema, tools, model }: ModelRequest): boolean {
  return output_schema !== undefined && tools.length > 0 && !takesSchemaWithTools(model);
}

const remembered = new PerTurn<Content[]>();

function toContents(request: ModelRequest, provider: string): Content[] {
  const { model } = request;
  const recipient = JSON.stringify([provider, model]);
  const contents = withWireIds(request).flatMap((turn) =>
    remembered.of(turn, recipient, () => toContent(turn, model, provider)),
  );
  return contents.at(-1)?.role === "user"
    ? contents
    : [...contents, { role: "user", parts: [{ text: GO_ON }] }];
}

function toContent(turn: Turn, model: string, provider: string): Content[] {
  switch (turn.role) {
    case "user":
      return content("user", [
        ...textParts(turn.text),
        ...(turn.images ?? []).map(imagePart),
        ...loadedIn(turn).map(inlinePart),
      ]);
    case "notice":
      return content("user", textParts(turn.text));
    case "assistant":
      return content("model", keptParts(turn, model, provider) ?? plainParts(turn, model));
    case "tool":
      return content("user", resultParts(turn.results, model));
    default:
      return turn satisfies never;
  }
}

/** Returns a content with these parts. The API rejects one without parts. */
function content(role: "user" | "model", parts: Part[]): Content[] {
  return parts.length === 0 ? [] : [{ role, parts }];
}

/** Returns a text as a part. The API rejects an empty one. */
function textParts(text: string): Part[] {
  return text === "" ? [] : [{ text }];
}

function imagePart(image: Image): Part {
  return "url" in image ? { fileData: { fileUri: image.url } } : inlinePart(image);
}

function inlinePart({ media_type, data }: Picture) {
  return { inlineData: { mimeType: media_type, data } };
}

/**
 * Returns the parts for tool results. No position for pictures works for all models. Gemini 3
 * accepts them as parts of the function response, and rejects a turn that also holds other parts.
 * Older models do not support such parts: the pictures follow the responses, as if the user had
 * sent them.
 */
function resultParts(results: readonly ToolResult[], model: string): Part[] {
  const takesPictures = takesPicturesInResponses(model);
  const responses = results.map((result) => {
    const pictures = takesPictures ? readable(result).map(inlinePart) : [];
    return responsePart(result, pictures);
  });
  return takesPictures ? responses : [...responses, ...results.flatMap(pictureParts)];
}

function pictureParts(result: ToolResult): Part[] {
  const pictures = readable(result);
  const { name, untrusted } = result;
  return pictures.length === 0
    ? []
    : [
        { text: pictureCaption(wireName(name), pictures.length, untrusted !== undefined) },
        ...pictures.map(inlinePart),
      ];
}

/** Returns the pictures that the API accepts. A GIF would make it reject the whole request. */
function readable({ images = [] }: ToolResult): Picture[] {
  return images.filter(({ media_type }) => media_type !== "image/gif");
}

function responsePart(result: ToolResult, pictures: FunctionResponsePart[]): Part {
  const { name, provider_id, output, error, images = [] } = result;
  const unreadable = images.length - readable(result).length;
  return {
    functionResponse: {
      ...defined({ id: provider_id }),
      name: wireName(name),
      response:
        error === undefined
          ? {
              output: output ?? null,
              ...(unreadable !== 0 && { pictures_you_cannot_be_shown: unreadable }),
            }
          : { error: `${error.code}: ${error.message}` },
      ...(pictures.length > 0 && { parts: pictures }),
    },
  };
}

function plainParts(turn: AssistantTurn, model: string): Part[] {
  return [
    ...textParts(turn.text),
    ...turn.tool_calls.map((call, at) => ({
      ...callPart(call),
      ...(at === 0 && wantsSignatures(model) ? { thoughtSignature: NO_SIGNATURE } : {}),
    })),
  ];
}

function callPart({ provider_id, name, ...call }: AssistantTurn["tool_calls"][number]): Part {
  return {
    functionCall: {
      ...defined({ id: provider_id }),
      name: wireName(name),
      args: argumentsObject(call),
    },
  };
}

/** Returns the parts of a reply in order, with their signatures. Null if they cannot be rebuilt. */
function keptParts(turn: AssistantTurn, model: string, provider: string): Part[] | null {
  const kept = keptData(turn, model, provider);
  return refilled<Part>(kept?.["parts"], turn, (part) => {
    if (!isJsonObject(part)) {
      return null;
    }
    const { text: length, call: isCall, ...rest } = part;
    if (typeof length === "number") {
      return { kind: "text", length, blocks: (text) => [{ ...rest, text }] };
    }
    return isCall === true
      ? { kind: "call", block: (call) => ({ ...rest, ...callPart(call) }) }
      : { kind: "own", block: part };
  });
}

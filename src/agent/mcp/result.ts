/**
 * Converts responses of an MCP server to tool outputs: the content blocks of the protocol (revision
 * 2025-11-25), without binary data. Pictures are separate from the output.
 */
import { ToolStop } from "../../run/value/failure.ts";
import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from "../../run/value/json.ts";
import { fitImages, type Picture } from "../../run/value/picture.ts";
import { WithImages } from "../tools/tool.ts";

/** An output, possibly with pictures. */
type Output = JsonValue | WithImages;

/** A content block, before it is known whether its picture is shown. */
type Block =
  | { readonly kind: "plain"; readonly block: JsonObject }
  | { readonly kind: "picture"; readonly block: JsonObject; readonly picture: Picture };

/**
 * Returns the output of `tools/call`. Omits a text that only repeats the structured content.
 * @throws ToolStop `mcp_tool_error` if the server reports that its tool failed
 */
export function toolOutput(result: JsonObject): Output {
  const content = listOf(result["content"]).map(blockOf);
  if (result["isError"] === true) {
    const said = content
      .map(({ block }) => block["text"])
      .filter((text) => typeof text === "string");
    throw new ToolStop("mcp_tool_error", said.join("\n").trim() || undefined);
  }
  const structured = result["structuredContent"];
  return isJsonObject(structured)
    ? withPictures(
        content.filter(({ block }) => !repeats(block, structured)),
        (blocks) => ({
          ...(blocks.length > 0 && { content: blocks }),
          structuredContent: structured,
        }),
      )
    : withPictures(content, (blocks) => ({ content: blocks }));
}

/** Returns the output of `resources/read`. */
export function resourceOutput(result: JsonObject): Output {
  const contents = listOf(result["contents"]).map((resource) =>
    isJsonObject(resource) ? resourceBlock(resource) : plain({ left_out: "it is no resource" }),
  );
  return withPictures(contents, (blocks) => ({ contents: blocks }));
}

/** Returns the output of `prompts/get`. */
export function promptOutput(result: JsonObject): Output {
  const { description, messages } = result;
  const list = listOf(messages).filter(isJsonObject);
  const blocks = list.map(({ content = null }) => blockOf(content));
  return withPictures(blocks, (contents) => ({
    ...(typeof description === "string" ? { description } : {}),
    messages: contents.map((content, i) => ({ role: list[i]?.["role"] ?? "user", content })),
  }));
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function blockOf(value: JsonValue): Block {
  if (!isJsonObject(value)) {
    return plain({ left_out: "it is no content" });
  }
  const { type, text, data, mimeType = null, resource } = value;
  switch (type) {
    case "text":
      return plain({ type, text: typeof text === "string" ? text : "" });
    case "image":
      return typeof data === "string" && typeof mimeType === "string"
        ? pictured({ type, mimeType }, { media_type: mimeType, data })
        : plain({ type, left_out: "it has no picture" });
    case "audio":
      return plain({ type, mimeType, left_out: "sound is not handed to models" });
    case "resource":
      return isJsonObject(resource) ? resourceBlock(resource) : plain({ type });
    case "resource_link": {
      const { uri = null, name = null, description = null } = value;
      return plain({ type, uri, name, description, mimeType });
    }
    default:
      return plain({ left_out: "it is of a kind that is not known" });
  }
}

function resourceBlock({ uri = null, mimeType = null, text, blob }: JsonObject): Block {
  const block = { type: "resource", uri, mimeType };
  if (typeof text === "string") {
    return plain({ ...block, text });
  }
  if (typeof blob !== "string") {
    return plain({ ...block, left_out: "it is empty" });
  }
  return typeof mimeType === "string" && mimeType.startsWith("image/")
    ? pictured(block, { media_type: mimeType, data: blob })
    : plain({ ...block, left_out: `it is ${Math.floor((blob.length * 3) / 4)} bytes of no text` });
}

function plain(block: JsonObject): Block {
  return { kind: "plain", block };
}

function pictured(block: JsonObject, picture: Picture): Block {
  return { kind: "picture", block, picture };
}

/** Returns whether a text block repeats the structured content. */
function repeats({ type, text }: JsonObject, structured: JsonObject): boolean {
  if (type !== "text" || typeof text !== "string" || !text.trimStart().startsWith("{")) {
    return false;
  }
  try {
    return canonicalJson(JSON.parse(text) as JsonValue) === canonicalJson(structured);
  } catch {
    return false;
  }
}

/**
 * Returns the output for blocks. Each picture has its number among those shown, or the reason why
 * it is not.
 */
function withPictures(
  blocks: readonly Block[],
  output: (blocks: readonly JsonObject[]) => JsonObject,
): Output {
  const pictures = blocks.flatMap((one) => (one.kind === "picture" ? [one.picture] : []));
  if (pictures.length === 0) {
    return output(blocks.map(({ block }) => block));
  }
  const { kept, leftOut } = fitImages(pictures);
  const reasons = new Map(leftOut.map(({ index, reason }) => [index, reason]));
  let picture = -1;
  let shown = 0;
  const named = blocks.map((one): JsonObject => {
    if (one.kind === "plain") {
      return one.block;
    }
    picture += 1;
    const reason = reasons.get(picture);
    if (reason !== undefined) {
      return { ...one.block, left_out: reason };
    }
    shown += 1;
    return { ...one.block, picture: shown };
  });
  return new WithImages(output(named), kept);
}

/**
 * Converts responses of an MCP server to tool outputs: the content blocks of the protocol (revision
 * 2025-11-25), without binary data. Pictures are separate from the output.
 */
import { clipMessage, ToolStop } from "../../run/value/failure.ts";
import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from "../../run/value/json.ts";
import { fitImages, type Picture } from "../../run/value/picture.ts";
import { withTextDigits } from "../../run/value/whole-numbers.ts";
import { WithImages } from "../tools/tool.ts";

/** An output, possibly with pictures. */
type Output = JsonValue | WithImages;

/** A content block, before it is known whether its picture is shown. */
type Block =
  | { readonly kind: "plain"; readonly block: JsonObject }
  | { readonly kind: "picture"; readonly block: JsonObject; readonly picture: Picture };

/** Fields of a result of `tools/call` that are not data. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  "content",
  "structuredContent",
  "toolResult",
  "isError",
  "resultType",
  "_meta",
]);

/**
 * Returns the output of `tools/call`. Omits a text that only repeats the structured content. Content
 * that is one block or a text counts as a list of one, and `toolResult`, the field of the first
 * revision of the protocol, as structured content.
 * @throws ToolStop `mcp_tool_error` if the server reports that its tool failed,
 * `mcp_protocol_error` if the result has no data in a known field
 */
export function toolOutput(result: JsonObject): Output {
  const { content: given = null, structuredContent = null, toolResult = null } = result;
  const structured = structuredContent ?? toolResult;
  const all = listOf(given).map(blockOf);
  const content =
    structured === null ? all : all.filter(({ block }) => !repeats(block, structured));
  const others = Object.entries(result).filter(([name]) => !KNOWN_FIELDS.has(name));
  if (result["isError"] === true) {
    throw new ToolStop("mcp_tool_error", failureText(content, structured, others));
  }
  if (structured !== null) {
    return withPictures(content, (blocks) => ({
      ...(blocks.length > 0 && { content: blocks }),
      structuredContent: structured,
    }));
  }
  if (given === null) {
    throw shapeless("neither content nor structuredContent", result);
  }
  return withPictures(content, (blocks) => ({
    content: blocks,
    ...(blocks.length === 0 && others.length > 0 && { other_fields: Object.fromEntries(others) }),
  }));
}

/** Returns all that a failed tool says; undefined if it says nothing. */
function failureText(
  content: readonly Block[],
  structured: JsonValue,
  others: readonly (readonly [string, JsonValue])[],
): string | undefined {
  const texts = content.flatMap(({ block: { text } }) => (typeof text === "string" ? [text] : []));
  const said = [...texts, ...(structured === null ? [] : [textOf(structured)])].join("\n").trim();
  const rest = others.length === 0 ? undefined : textOf(Object.fromEntries(others));
  return said === "" ? rest : said;
}

/** Returns the failure for a result without data in a known field. */
function shapeless(missing: string, result: JsonObject): ToolStop {
  const fields = Object.keys(result);
  const has = fields.length === 0 ? "is empty" : `has ${fields.slice(0, 10).join(", ")}`;
  return new ToolStop(
    "mcp_protocol_error",
    clipMessage(`The server's result has ${missing}. It ${has}.`),
  );
}

/**
 * Returns the output of `resources/read`.
 * @throws ToolStop `mcp_protocol_error` if the result has no contents
 */
export function resourceOutput(result: JsonObject): Output {
  const { contents = null, content = null } = result;
  const given = contents ?? content;
  if (given === null) {
    throw shapeless("no contents", result);
  }
  const blocks = listOf(given).map((resource) => {
    if (!isJsonObject(resource)) {
      return resource === null
        ? plain({ left_out: "it is no resource" })
        : resourceBlock({ text: resource });
    }
    return contents === null && "type" in resource ? blockOf(resource) : resourceBlock(resource);
  });
  return withPictures(blocks, (shown) => ({ contents: shown }));
}

/**
 * Returns the output of `prompts/get`.
 * @throws ToolStop `mcp_protocol_error` if the result has no messages
 */
export function promptOutput(result: JsonObject): Output {
  const { description, messages = null } = result;
  if (messages === null) {
    throw shapeless("no messages", result);
  }
  const list = listOf(messages).flatMap((message) => {
    const { role = "user", content = message } = isJsonObject(message) ? message : {};
    const blocks = content === null ? [null] : listOf(content);
    return blocks.map((one) => ({ role, block: blockOf(one) }));
  });
  return withPictures(
    list.map(({ block }) => block),
    (contents) => ({
      ...(typeof description === "string" ? { description } : {}),
      messages: contents.map((content, i) => ({ role: list[i]?.role ?? "user", content })),
    }),
  );
}

/**
 * Returns a page of resources or prompts.
 * @throws ToolStop `mcp_protocol_error` if the result has none of that kind
 */
export function pageOutput(kind: "resources" | "prompts", result: JsonObject): JsonObject {
  const { [kind]: listed = null, nextCursor = null } = result;
  if (listed === null) {
    throw shapeless(`no ${kind}`, result);
  }
  return { [kind]: listed, next_cursor: nextCursor };
}

/** Returns a list as it is, null as an empty list, and any other value as a list of one. */
function listOf(value: JsonValue): readonly JsonValue[] {
  if (value === null) {
    return [];
  }
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
}

/** Returns a text as it is, and any other value as JSON. */
function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function blockOf(value: JsonValue): Block {
  if (!isJsonObject(value)) {
    return value === null
      ? plain({ left_out: "it is no content" })
      : plain({ type: "text", text: textOf(value) });
  }
  const { type, text = null, data, mimeType = null, resource } = value;
  switch (type) {
    case "text":
      return text === null
        ? plain({ type, left_out: "it has no text" })
        : plain({ type, text: textOf(text) });
    case "image":
      return typeof data === "string" && typeof mimeType === "string"
        ? pictured({ type, mimeType }, { media_type: mimeType, data })
        : plain({ type, left_out: "it has no picture" });
    case "audio":
      return plain({ type, mimeType, left_out: "sound is not handed to models" });
    case "resource":
      return isJsonObject(resource)
        ? resourceBlock(resource)
        : plain({ type, left_out: "it has no resource" });
    case "resource_link": {
      const { uri = null, name = null, description = null } = value;
      return plain({ type, uri, name, description, mimeType });
    }
    default:
      return unknownBlock(value);
  }
}

/** Returns a block of an unknown kind as it is, without fields that may contain binary data. */
function unknownBlock({ data, blob, ...block }: JsonObject): Block {
  const fields = Object.keys(block).filter((name) => name !== "type");
  if (fields.length === 0 || data !== undefined || blob !== undefined) {
    return plain({ ...block, left_out: "it is of a kind that is not known" });
  }
  return plain(block);
}

function resourceBlock({ uri = null, mimeType = null, text = null, blob }: JsonObject): Block {
  const block = { type: "resource", uri, mimeType };
  if (text !== null) {
    return plain({ ...block, text: textOf(text) });
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
function repeats({ type, text }: JsonObject, structured: JsonValue): boolean {
  if (type !== "text" || typeof text !== "string") {
    return false;
  }
  if (text === structured) {
    return true;
  }
  try {
    const repeated = JSON.parse(withTextDigits(text)) as JsonValue;
    return canonicalJson(repeated) === canonicalJson(structured);
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

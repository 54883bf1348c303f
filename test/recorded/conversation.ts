/**
 * Recorded requests, read for comparison: what a conversation says in each provider's form, as a
 * flat list. What differs without meaning is not in it: white space and key order of arguments
 * (compared as values), content as one text or as parts, blank texts of the model, how the recording's own client words a
 * tool's output (compared by id), settings such as temperature, marks for the cache, ids that the
 * recording's client made up (Google's) or left out (of reasoning items), and a signature that it
 * repeats on further calls of a reply.
 */
import type { JsonObject } from "../../src/run/value/json.ts";
import type { ToolResult } from "../../src/run/value/message.ts";

/** One thing that was said. */
export type Said =
  | { readonly who: "user"; readonly text: string }
  | { readonly who: "model"; readonly says: string }
  | { readonly who: "tool"; readonly result: ToolResult };

/** A JSON tree of foreign make. */
// oxlint-disable-next-line typescript/no-explicit-any -- it is read by path, and a wrong path fails the test
type Tree = any;

/** What a request's conversation says, in order. */
export function saidIn(provider: string, api: string, body: JsonObject): Said[] {
  const tree = body as Tree;
  switch (provider) {
    case "anthropic":
      return tree.messages.flatMap(fromAnthropic);
    case "google":
      return fromGoogle(tree.contents);
    default:
      return api === "responses" && tree.input !== undefined
        ? items(tree.input).flatMap(fromResponses)
        : tree.messages.filter((message: Tree) => message.role !== "system").flatMap(fromChat);
  }
}

function user(text: string): Said[] {
  return text === "" ? [] : [{ who: "user", text }];
}

function model(kind: string, ...parts: readonly unknown[]): Said[] {
  const [first] = parts;
  if (kind === "text" && typeof first === "string" && first.trim() === "" && !parts[1]) {
    return [];
  }
  return [{ who: "model", says: `${kind} ${parts.map(canonical).join(" ")}` }];
}

function result(id: string, name: string, output: unknown, isError: boolean): Said[] {
  const given = isError
    ? { error: { code: "tool_error", message: JSON.stringify(output) } }
    : { output: typeof output === "string" ? output : JSON.stringify(output) };
  return [{ who: "tool", result: { call_id: id, provider_id: id, name, ...given } }];
}

/** One text for all equal values. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([key, member]) => member !== null && member !== undefined && key !== "caller")
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}

function items(content: Tree): Tree[] {
  return Array.isArray(content) ? content : [{ role: "user", content }];
}

function blocks(content: Tree): Tree[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : (content ?? []);
}

function fromAnthropic({ role, content }: Tree): Said[] {
  return blocks(content).flatMap((block: Tree) => {
    const { cache_control: _mark, ...rest } = block;
    switch (block.type) {
      case "tool_result":
        return result(block.tool_use_id, "", block.content, block.is_error === true);
      case "text":
        return role === "user" ? user(block.text) : model("text", block.text);
      case "tool_use":
        return model("call", block.id, block.name, block.input);
      default:
        return model(block.type, rest);
    }
  });
}

function fromResponses(item: Tree): Said[] {
  switch (item.type) {
    case "function_call_output":
      return result(item.call_id, "", item.output, false);
    case "function_call":
      return model("call", item.call_id, item.name, JSON.parse(item.arguments || "{}"));
    case "reasoning":
      return item.encrypted_content === undefined
        ? []
        : model("reasoning", item.encrypted_content, item.summary);
    default: {
      const text = blocks(item.content)
        .map((part: Tree) => part.text ?? "")
        .join("");
      return item.role === "assistant" ? model("text", text) : user(text);
    }
  }
}

function fromChat(message: Tree): Said[] {
  const text = blocks(message.content)
    .map((part: Tree) => part.text ?? "")
    .join("");
  switch (message.role) {
    case "tool":
      return result(message.tool_call_id, "", text, false);
    case "assistant":
      return [
        ...(message.reasoning_details ?? []).flatMap((detail: Tree) => model("reasoning", detail)),
        ...(text === "" ? [] : model("text", text)),
        ...(message.tool_calls ?? []).flatMap((call: Tree) =>
          model("call", call.id, call.function.name, JSON.parse(call.function.arguments || "{}")),
        ),
      ];
    default:
      return user(text);
  }
}

function fromGoogle(contents: Tree[]): Said[] {
  return contents.flatMap(({ role, parts }) => {
    let signed = false;
    return parts.flatMap((part: Tree) => {
      const call = part.functionCall ?? part.function_call;
      const response = part.functionResponse ?? part.function_response;
      const signature = (part.thoughtSignature ?? part.thought_signature)
        ?.replaceAll("-", "+")
        .replaceAll("_", "/");
      if (response !== undefined) {
        return result("", response.name, response.response, false);
      }
      if (role === "user") {
        return user(part.text ?? "");
      }
      // Of parallel calls the first is signed; the recording's client repeats it on the others.
      const shown = call !== undefined && signed ? null : (signature ?? null);
      signed ||= call !== undefined;
      return call === undefined
        ? model("text", part.text, shown)
        : model("call", call.name, call.args ?? {}, shown);
    });
  });
}

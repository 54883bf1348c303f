/** Reads the content of chat completions: a text, or a list of typed parts. */
import { isJsonObject } from "../../../run/value/json.ts";
import { textOf } from "../field.ts";

/** A piece of text or reasoning. */
export interface ContentPiece {
  readonly kind: "text" | "reasoning";
  readonly text: string;
}

/** Returns the text and the reasoning in a content, in order. Other parts are passed over. */
export function contentIn(content: unknown): ContentPiece[] {
  if (Array.isArray(content)) {
    return content.flatMap(contentIn);
  }
  if (!isJsonObject(content)) {
    return typeof content === "string" ? said("text", content) : [];
  }
  switch (content["type"] ?? "text") {
    case "text":
    case "output_text":
      return said("text", textOf(content["text"]));
    case "thinking":
    case "reasoning":
      return contentIn(content["thinking"] ?? content["reasoning"] ?? content["text"]).flatMap(
        ({ text }) => said("reasoning", text),
      );
    default:
      return [];
  }
}

function said(kind: ContentPiece["kind"], text: string): ContentPiece[] {
  return text === "" ? [] : [{ kind, text }];
}

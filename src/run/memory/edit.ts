/** Edits of a block's text: a piece is replaced, never the whole. Pure. */
import { MAX_BLOCK_CHARS } from "./limits.ts";

/** The new text, or why the edit does not apply. */
export type EditedText =
  | { readonly ok: true; readonly content: string }
  | { readonly ok: false; readonly reason: "not_found" | "ambiguous" | "too_long" };

/**
 * Replaces the only occurrence of a piece of text. An empty `old` appends a line.
 * @param content the text; null for a block that does not exist yet
 */
export function editText(content: string | null, old: string, replacement: string): EditedText {
  const edited =
    old === "" ? appended(content ?? "", replacement) : replaced(content, old, replacement);
  return typeof edited === "string"
    ? edited.length <= MAX_BLOCK_CHARS
      ? { ok: true, content: edited }
      : { ok: false, reason: "too_long" }
    : edited;
}

function appended(content: string, more: string): string {
  return content === "" || content.endsWith("\n") ? `${content}${more}` : `${content}\n${more}`;
}

function replaced(
  content: string | null,
  old: string,
  replacement: string,
): string | Extract<EditedText, { ok: false }> {
  const at = content?.indexOf(old) ?? -1;
  if (content === null || at === -1) {
    return { ok: false, reason: "not_found" };
  }
  return content.includes(old, at + 1)
    ? { ok: false, reason: "ambiguous" }
    : `${content.slice(0, at)}${replacement}${content.slice(at + old.length)}`;
}

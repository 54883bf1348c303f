/** Quotes untrusted text for commands that are printed to be copied into a shell. */
import { neutralise } from "./terminal-text.ts";

const PLAIN = /^[\w@%+=:,./-]+$/;

/** Returns the text quoted so that a shell reads it as one word. */
export function shellWord(text: string): string {
  const shown = neutralise(text);
  return PLAIN.test(shown) ? shown : `'${shown.replaceAll("'", String.raw`'\''`)}'`;
}

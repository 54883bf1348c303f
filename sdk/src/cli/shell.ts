/** Words that are printed to be typed into a shell: what comes from outside stays one word there. */
import { neutralise } from "./terminal-text.ts";

const PLAIN = /^[\w@%+=:,./-]+$/;

/** A word as a shell takes it for itself and nothing else. */
export function shellWord(text: string): string {
  const shown = neutralise(text);
  return PLAIN.test(shown) ? shown : `'${shown.replaceAll("'", String.raw`'\''`)}'`;
}

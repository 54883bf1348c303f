/** Messages to screen readers: one polite region for the page, in batches. */
import { signal, type ReadonlySignal } from "@preact/signals";

const SETTLE_MS = 250;
const text = signal("");
let timer: ReturnType<typeof setTimeout> | undefined;

/** The text of the page's live region. */
export const announced: ReadonlySignal<string> = text;

/** Reads a sentence to people with screen readers. Of several within 250 ms only the last is read. */
export function announce(sentence: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    // A region that stays the same is not read again.
    text.value = text.value === sentence ? `${sentence}\u00a0` : sentence;
  }, SETTLE_MS);
}

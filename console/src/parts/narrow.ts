/** Whether the page is as narrow as a phone. */
import { signal, type ReadonlySignal } from "@preact/signals";

const query = matchMedia("(width < 640px)");
const current = signal(query.matches);

query.addEventListener("change", ({ matches }) => {
  current.value = matches;
});

export const isNarrow: ReadonlySignal<boolean> = current;

/** The title of the page: what is seen, and how many questions wait for a person. */
import { effect, signal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const name = signal("");

/** How many questions wait, which the title begins with. */
export const waiting: Signal<number> = signal(0);

/** Sets the title. */
export function setTitle(title: string): void {
  name.value = title;
}

/** Sets the title while the component is there. */
export function useTitle(title: string): void {
  useEffect(() => setTitle(title), [title]);
}

effect(() => {
  const count = waiting.value === 0 ? "" : `(${waiting.value}) `;
  document.title = `${count}${name.value === "" ? "" : `${name.value} · `}Opspawn`;
});

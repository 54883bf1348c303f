/** Short messages at the edge of the page. Never the only place of an error. */
import { signal } from "@preact/signals";
import { announce } from "./announce.ts";
import { Mark, type Tone } from "./chip.tsx";
import { Button } from "./button.tsx";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: Tone;
}

const STAYS_MS = 6000;
const toasts = signal<readonly Toast[]>([]);
let count = 0;

/** Shows a message for some seconds, and announces it. */
export function toast(text: string, tone: Tone = "ok"): void {
  count += 1;
  const id = count;
  toasts.value = [...toasts.value.slice(-2), { id, text, tone }];
  announce(text);
  setTimeout(() => dismiss(id), STAYS_MS);
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** The place of the messages; once in the page. */
export function Toasts() {
  return (
    <div class="toasts">
      {toasts.value.map(({ id, text, tone }) => (
        <div key={id} class="toast">
          <Mark tone={tone} />
          <span>{text}</span>
          <Button kind="quiet" icon="close" label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}

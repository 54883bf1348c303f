/** Small labels: states by shape and colour, and filters that can be removed. */
import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";

export type Tone = "ok" | "run" | "wait" | "bad" | "calm" | "model" | "tool";

/** A mark of a state: its shape differs with its tone, for eyes that do not tell colours apart. */
export function Mark({ tone, isLive = false }: { readonly tone: Tone; readonly isLive?: boolean }) {
  return (
    <svg
      class={`mark tone-${tone} ${isLive ? "mark-live" : ""}`}
      viewBox="0 0 12 12"
      aria-hidden="true"
    >
      <path d={SHAPES[tone]} />
    </svg>
  );
}

const CIRCLE = "M6 1.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9z";
const SHAPES: Readonly<Record<Tone, string>> = {
  ok: "M1.800 6.400 4.700 9.300 10.200 3.200",
  run: CIRCLE,
  wait: "M3 2h2v8H3zM7 2h2v8H7z",
  bad: "M2.500 2.500 9.500 9.500M9.500 2.500 2.500 9.500",
  calm: "M2.500 6h7",
  model: "M6 1 11 6 6 11 1 6z",
  tool: "M2 2h8v8H2z",
};

interface ChipProps {
  readonly tone?: Tone;
  readonly children: ComponentChildren;
  readonly title?: string | undefined;
  readonly hasMark?: boolean;
  readonly isLive?: boolean;
}

/** A label of a state or a kind. */
export function Chip({
  tone = "calm",
  children,
  title,
  hasMark = false,
  isLive = false,
}: ChipProps) {
  return (
    <span class={`chip tone-${tone}`} title={title}>
      {hasMark && <Mark tone={tone} isLive={isLive} />}
      {children}
    </span>
  );
}

interface FilterChipProps {
  readonly name: string;
  readonly value: string;
  readonly onRemove: () => void;
}

/** A filter in force; the button removes it. */
export function FilterChip({ name, value, onRemove }: FilterChipProps) {
  return (
    <span class="chip chip-filter">
      <span class="muted">{name}</span> <bdi>{value}</bdi>
      <button
        type="button"
        class="chip-remove"
        aria-label={`Remove the filter ${name} ${value}`}
        onClick={onRemove}
      >
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}

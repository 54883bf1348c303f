/** Tabs: one of a few views of the same thing. Arrow keys move between them. */
import type { ComponentChildren } from "preact";

interface Tab<Id extends string> {
  readonly id: Id;
  readonly text: ComponentChildren;
  readonly count?: number | string | null | undefined;
}

interface TabsProps<Id extends string> {
  readonly label: string;
  readonly tabs: readonly Tab<Id>[];
  readonly current: Id;
  readonly onChange: (id: Id) => void;
}

/** A row of tabs. */
export function Tabs<Id extends string>({ label, tabs, current, onChange }: TabsProps<Id>) {
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
    const at = tabs.findIndex(({ id }) => id === current);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (step !== 0 && next !== undefined) {
      event.preventDefault();
      onChange(next.id);
      const row = (event.currentTarget as HTMLElement).children;
      const button = row[(at + step + tabs.length) % tabs.length];
      if (button instanceof HTMLElement) {
        button.focus();
      }
    }
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(({ id, text, count }) => (
        <button
          key={id}
          type="button"
          role="tab"
          class="tab"
          aria-selected={id === current}
          tabIndex={id === current ? 0 : -1}
          onClick={() => onChange(id)}
        >
          {text}
          {count !== undefined && count !== null && <span class="tab-count">{count}</span>}
        </button>
      ))}
    </div>
  );
}

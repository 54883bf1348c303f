/** The palette and the sheet of shortcuts. */
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "../parts/dialog.tsx";
import { Input } from "../parts/field.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import { viewActions } from "../parts/view-actions.ts";
import { go } from "../route/location.ts";
import { BASE, hrefTo } from "../route/match.ts";
import { overlay } from "./keys.ts";
import { ROUTES } from "./routes.ts";

interface Choice {
  readonly id: string;
  readonly text: string;
  readonly icon: IconName;
  readonly act: () => void;
}

/** Whatever is open above the page. */
export function Overlays() {
  switch (overlay.value) {
    case "palette":
      return <Palette />;
    case "sheet":
      return <Sheet />;
    case null:
      return null;
  }
}

const close = (): void => {
  overlay.value = null;
};

function Palette() {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const choices = choicesFor(text.trim());
  const choose = (choice: Choice | undefined): void => {
    if (choice !== undefined) {
      close();
      choice.act();
    }
  };
  return (
    <Dialog title="Go to" onClose={close} onSubmit={() => choose(choices[at])}>
      <Input
        label="View, action or run"
        isHidden
        autoFocus
        type="search"
        placeholder="A view, an action, the id of a run, or words of its goal"
        value={text}
        onInput={(value) => {
          setText(value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
          if (by !== 0) {
            event.preventDefault();
            setAt((at + by + choices.length) % Math.max(choices.length, 1));
          }
        }}
      />
      <ul class="palette">
        {choices.map((choice, i) => (
          <li key={choice.id}>
            <button
              type="button"
              class="palette-choice"
              aria-current={i === at ? "true" : undefined}
              onClick={() => choose(choice)}
            >
              <Icon name={choice.icon} />
              {choice.text}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** An action that goes to an address. */
function to(href: string): () => void {
  return () => go(href);
}

function choicesFor(text: string): Choice[] {
  const words = text.toLowerCase();
  const fits = ({ text: name }: { readonly text: string }): boolean =>
    name.toLowerCase().includes(words);
  const views = ROUTES.flatMap(({ pattern, title, icon }): Choice[] =>
    icon === undefined ? [] : [{ id: pattern, text: title, icon, act: to(BASE + pattern) }],
  );
  const actions = viewActions.value.map(({ text: name, icon, act }): Choice => ({
    id: name,
    text: name,
    icon,
    act,
  }));
  const known = [...actions, ...views].filter(fits);
  if (text === "") {
    return known;
  }
  const run: Choice = {
    id: "run",
    text: `Run ${text}`,
    icon: "runs",
    act: to(hrefTo(["runs", text])),
  };
  const search: Choice = {
    id: "search",
    text: `Runs with “${text}”`,
    icon: "search",
    act: to(hrefTo(["runs"], { q: text })),
  };
  return [...(text.startsWith("task_") ? [run] : []), ...known, search];
}

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["?", "this sheet"],
  ["Ctrl K or ⌘ K", "go to a view or a run"],
  ["/", "search"],
  ["j k", "next and previous in a list"],
  ["Space", "look at the run without leaving the list"],
  ["Enter", "open the run"],
  ["[ ]", "previous and next event of a run"],
  ["l", "return to the end of a live run"],
  ["z 0", "zoom the timeline to the selection, and to the whole run"],
  ["↑ ↓ ← →", "move in the timeline, fold and unfold"],
  ["a d", "go to the buttons that approve and deny"],
  ["Esc", "close what is open"],
  ["Ctrl Enter or ⌘ Enter", "send the form"],
];

function Sheet() {
  const ways = ROUTES.flatMap(({ shortcut, title }) =>
    shortcut === undefined ? [] : [[`g ${shortcut}`, title] as const],
  );
  return (
    <Dialog title="Shortcuts" onClose={close}>
      <dl class="facts">
        {[...KEYS, ...ways].map(([keys, what]) => (
          <Fragment key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </Fragment>
        ))}
      </dl>
      <p class="muted">Single keys can be switched off in the settings.</p>
    </Dialog>
  );
}

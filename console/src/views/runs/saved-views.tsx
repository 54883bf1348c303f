/** Saved views: names for addresses of the list. They are of this browser. */
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Input } from "../../parts/field.tsx";
import { Icon } from "../../parts/icon.tsx";
import { keptText, keepText } from "../../parts/preferences.ts";
import { place } from "../../route/location.ts";
import { hrefTo } from "../../route/match.ts";

interface SavedView {
  readonly name: string;
  /** The query with its `?`. */
  readonly search: string;
}

const NAME = "views.runs";
const views = signal<readonly SavedView[]>(read());

/** The saved views, and a button to save this one. */
export function SavedViews() {
  const [isNaming, setNaming] = useState(false);
  const { search } = place.value;
  const isSaved = views.value.some((one) => one.search === search);
  return (
    <>
      {views.value.map((view) => (
        <span key={view.name} class="chip chip-filter">
          <a href={hrefTo(["runs"]) + view.search} aria-current={view.search === search}>
            {view.name}
          </a>
          <button
            type="button"
            class="chip-remove"
            aria-label={`Forget the view ${view.name}`}
            onClick={() => keep(views.value.filter((one) => one !== view))}
          >
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      {search !== "" && !isSaved && (
        <Button kind="quiet" onClick={() => setNaming(true)}>
          Save this view
        </Button>
      )}
      {isNaming && <NameDialog search={search} onClose={() => setNaming(false)} />}
    </>
  );
}

function NameDialog({ search, onClose }: { search: string; onClose: () => void }) {
  const [name, setName] = useState("");
  const save = (): void => {
    if (name.trim() !== "") {
      keep([
        ...views.value.filter((one) => one.name !== name.trim()),
        { name: name.trim(), search },
      ]);
      onClose();
    }
  };
  return (
    <Dialog
      title="Save this view"
      onClose={onClose}
      onSubmit={save}
      actions={
        <Button kind="primary" type="submit" disabled={name.trim() === ""}>
          Save
        </Button>
      }
    >
      <Input
        label="Name"
        hint="For the filters as they are now, in this browser. To share a view, copy its address."
        autoFocus
        value={name}
        onInput={setName}
      />
    </Dialog>
  );
}

function keep(next: readonly SavedView[]): void {
  views.value = next;
  keepText(NAME, JSON.stringify(next));
}

function read(): SavedView[] {
  try {
    const value: unknown = JSON.parse(keptText(NAME) ?? "[]");
    return Array.isArray(value) ? value.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(value: unknown): value is SavedView {
  const { name, search } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof name === "string" && typeof search === "string" && search.startsWith("?");
}

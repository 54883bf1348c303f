/** What stands around a field of a form: its name, its hint, and what can be done with it. */
import type { ComponentChildren } from "preact";
import { piecesOf } from "./foreign.ts";
import { valueAt, type FormNode } from "./form-schema.ts";
import { isSame, setAt } from "./form-state.ts";
import { Text } from "./text.tsx";
import type { FormModel } from "./use-form.ts";

/** The title of a field, its name where that is another, and whether it may be left out. */
export function FieldLabel({ node }: { readonly node: FormNode }) {
  const { label, name, isRequired, isMarked } = node;
  return (
    <>
      <Text text={label} />
      {plain(name) !== plain(label) && name !== "" && (
        <code class="form-name">
          <Text text={name} />
        </code>
      )}
      {isMarked && <span class="form-optional">{isRequired ? "required" : "optional"}</span>}
    </>
  );
}

interface AsideProps {
  readonly node: FormNode;
  readonly form: FormModel;
}

/** Next to the label: back to the proposal, null, and not at all. */
export function FieldAside({ node, form }: AsideProps) {
  const { pointer, isNullable, isRequired, label } = node;
  const value = valueAt(form.value, pointer);
  const base = valueAt(form.base, pointer);
  const isEdited = form.hasMarks && !isSame(value, base);
  return (
    <span class="form-aside">
      {isEdited && (
        <button
          type="button"
          class="form-edited"
          aria-label={`${label} is edited: reset it`}
          onClick={() => form.change(setAt(form.state, pointer, base))}
        >
          edited · reset
        </button>
      )}
      {isNullable && value !== null && (
        <button
          type="button"
          class="form-small"
          aria-label={`Set ${label} to ${node.nullText}`}
          onClick={() => form.change(setAt(form.state, pointer, null))}
        >
          {node.nullText}
        </button>
      )}
      {!isRequired && value !== undefined && (
        <button
          type="button"
          class="form-small"
          aria-label={`Leave out ${label}`}
          onClick={() => form.change(setAt(form.state, pointer, undefined))}
        >
          leave out
        </button>
      )}
    </span>
  );
}

/** The hint of a field, with a warning about characters of its text that cannot be seen. */
export function hintOf({ hint }: FormNode, value: unknown): ComponentChildren {
  const unseen = typeof value === "string" ? piecesOf(value).filter(({ isMark }) => isMark) : [];
  if (hint === null && unseen.length === 0) {
    return undefined;
  }
  const names = [...new Set(unseen.map(({ text }) => text))].slice(0, 4).join(", ");
  return (
    <>
      {hint !== null && <Hint text={hint} />}
      {unseen.length > 0 && <strong> Contains characters that cannot be seen: {names}</strong>}
    </>
  );
}

/** A hint: what it has in backticks is code. */
export function Hint({ text }: { readonly text: string }) {
  return (
    <>
      {text.split("`").map((piece, i) =>
        i % 2 === 1 ? (
          <code key={i}>
            <Text text={piece} />
          </code>
        ) : (
          <Text key={i} text={piece} />
        ),
      )}
    </>
  );
}

/** A name without what its label may write in another way. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_-]/g, "");
}

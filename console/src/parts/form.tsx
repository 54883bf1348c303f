/** A form made from a JSON Schema, and the same value as JSON. */
import { useState } from "preact/hooks";
import { Area } from "./field.tsx";
import { FormField } from "./form-field.tsx";
import type { FormNode } from "./form-schema.ts";
import { textAt, textError, typeAt } from "./form-state.ts";
import { Tabs } from "./tabs.tsx";
import { Text } from "./text.tsx";
import type { FormModel } from "./use-form.ts";

const VIEWS = [
  { id: "fields", text: "Fields" },
  { id: "json", text: "JSON" },
] as const;

interface SchemaFormProps {
  readonly form: FormModel;
  /** What the value is, such as "Arguments". */
  readonly label: string;
  /** Whether the label is shown; otherwise it is for readers only. */
  readonly hasHeading?: boolean;
}

/** The fields of a value; those that no field can hold are edited as JSON. */
export function SchemaForm({ form, label, hasHeading = true }: SchemaFormProps) {
  const [view, setView] = useState<"fields" | "json">("fields");
  const isOnlyJson = form.root.kind === "json";
  return (
    <div class="form" role="group" aria-label={label}>
      <div class="form-head">
        <h3 class={hasHeading ? "" : "hidden"}>{label}</h3>
        {!isOnlyJson && (
          <Tabs label={`${label} as`} tabs={VIEWS} current={view} onChange={setView} />
        )}
      </div>
      {view === "json" || isOnlyJson ? (
        <JsonArea form={form} label={label} />
      ) : (
        <FormField node={form.root} form={form} />
      )}
      <OtherErrors form={form} isAll={view === "json" || isOnlyJson} />
    </div>
  );
}

function JsonArea({ form, label }: SchemaFormProps) {
  const text = textAt(form.state, "", "json");
  return (
    <Area
      label={`${label} as JSON`}
      isHidden
      isMono
      rows={Math.min(24, Math.max(4, text.split("\n").length + 1))}
      value={text}
      error={textError(form.state, "")}
      onInput={(typed) => form.change(typeAt(form.state, "", typed, "json"))}
    />
  );
}

/** What is wrong with fields that are not shown. */
function OtherErrors({ form, isAll }: { readonly form: FormModel; readonly isAll: boolean }) {
  const shown = isAll ? new Set<string>() : pointersOf(form.root);
  const rest = form.errors.filter(({ pointer }) => !shown.has(pointer));
  return rest.length === 0 ? null : (
    <ul class="note tone-bad" role="alert">
      {rest.map(({ pointer, detail }) => (
        <li key={pointer}>
          {pointer !== "" && (
            <>
              <code>
                <Text text={pointer} />
              </code>
              {" · "}
            </>
          )}
          <Text text={detail} />
        </li>
      ))}
    </ul>
  );
}

function pointersOf(root: FormNode): Set<string> {
  const found = new Set<string>();
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.kind === "object") {
      stack.push(...node.fields);
    } else {
      found.add(node.pointer);
      stack.push(...(node.kind === "list" ? node.items : []));
    }
  }
  return found;
}

/** Fields of an object within a form. Those that may be left out are folded until they are wanted. */
import type { ComponentChildren } from "preact";
import { FieldAside, FieldLabel, Hint } from "./form-label.tsx";
import { valueAt, type FormNode } from "./form-schema.ts";
import type { FormModel } from "./use-form.ts";

interface ObjectProps {
  readonly node: FormNode;
  readonly form: FormModel;
  readonly children: ComponentChildren;
}

/** The frame of an object's fields. */
export function ObjectField({ node, form, children }: ObjectProps) {
  const { pointer, isRequired, hint } = node;
  if (pointer === "") {
    return <div class="form-fields">{children}</div>;
  }
  const isWrong = form.errors.some((error) => error.pointer.startsWith(`${pointer}/`));
  const isGiven = valueAt(form.base, pointer) !== undefined;
  return isRequired || isGiven ? (
    <fieldset class="form-group">
      <legend>
        <span class="field-head">
          <span>
            <FieldLabel node={node} />
          </span>
          <FieldAside node={node} form={form} />
        </span>
      </legend>
      <div class="form-fields">{children}</div>
    </fieldset>
  ) : (
    <details class="form-section" open={isWrong || undefined}>
      <summary>
        <FieldLabel node={node} />
        <span class="form-section-set">
          {valueAt(form.value, pointer) === undefined ? "" : "set"}
        </span>
      </summary>
      {hint !== null && (
        <p class="field-hint">
          <Hint text={hint} />
        </p>
      )}
      <div class="form-fields">{children}</div>
    </details>
  );
}

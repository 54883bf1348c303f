/** Fields of a form that hold several values. */
import type { ComponentChildren } from "preact";
import { Button } from "./button.tsx";
import { FieldAside, FieldLabel, hintOf } from "./form-label.tsx";
import { valueAt, type FormNode } from "./form-schema.ts";
import { addAt, isSame, removeAt, setAt } from "./form-state.ts";
import { Text } from "./text.tsx";
import type { FormModel } from "./use-form.ts";

interface ListProps {
  readonly node: FormNode & { readonly kind: "list" };
  readonly form: FormModel;
  readonly children: (item: FormNode) => ComponentChildren;
}

/** A list of texts, numbers or choices, which can be longer and shorter. */
export function ListField({ node, form, children }: ListProps) {
  return (
    <Group node={node} form={form}>
      {node.items.map((item, i) => (
        <div key={item.pointer} class="form-item">
          {children(item)}
          <Button
            kind="quiet"
            icon="close"
            label={`Remove ${node.label} ${i + 1}`}
            onClick={() => form.change(removeAt(form.state, node.pointer, i))}
          />
        </div>
      ))}
      <div>
        <Button
          kind="quiet"
          icon="plus"
          label={`Add to ${node.label}`}
          onClick={() => form.change(addAt(form.state, node.pointer, node.empty))}
        >
          Add
        </Button>
      </div>
    </Group>
  );
}

interface SeveralProps {
  readonly node: FormNode & { readonly kind: "several" };
  readonly form: FormModel;
}

/** Any of a few values. */
export function SeveralField({ node, form }: SeveralProps) {
  const given = valueAt(form.value, node.pointer);
  const chosen: readonly unknown[] = Array.isArray(given) ? given : [];
  const has = (value: unknown): boolean => chosen.some((one) => isSame(one, value));
  const toggle = (value: unknown): void => {
    const next = node.options
      .map((option) => option.value)
      .filter((one) => (isSame(one, value) ? !has(one) : has(one)));
    form.change(setAt(form.state, node.pointer, next));
  };
  return (
    <Group node={node} form={form}>
      <div class="form-checks">
        {node.options.map(({ value, text }) => (
          <label key={text} class="form-check">
            <input type="checkbox" checked={has(value)} onChange={() => toggle(value)} />
            <Text text={text} />
          </label>
        ))}
      </div>
    </Group>
  );
}

interface GroupProps {
  readonly node: FormNode;
  readonly form: FormModel;
  readonly children: ComponentChildren;
}

function Group({ node, form, children }: GroupProps) {
  const error = form.errors.find(({ pointer }) => pointer === node.pointer)?.detail;
  const hint = hintOf(node, undefined);
  return (
    <fieldset class="form-group">
      <legend>
        <span class="field-head">
          <span>
            <FieldLabel node={node} />
          </span>
          <FieldAside node={node} form={form} />
        </span>
      </legend>
      <div class="form-fields">
        {children}
        {hint !== undefined && <p class="field-hint">{hint}</p>}
        {error !== undefined && <p class="field-error">{error}</p>}
      </div>
    </fieldset>
  );
}

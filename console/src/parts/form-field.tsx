/** One field of a form, by its kind, and the fields within it. */
import { Area, Choice, Input } from "./field.tsx";
import { ListField, SeveralField } from "./form-list.tsx";
import { ObjectField } from "./form-object.tsx";
import { FieldAside, FieldLabel, hintOf } from "./form-label.tsx";
import { valueAt, type FormNode } from "./form-schema.ts";
import { isSame, setAt, textAt, textError, typeAt, type TextKind } from "./form-state.ts";
import { plainText } from "./foreign.ts";
import type { FormModel } from "./use-form.ts";

interface FormFieldProps {
  readonly node: FormNode;
  readonly form: FormModel;
}

/** A field. Changes go to the form; what is wrong with it is below it. */
export function FormField({ node, form }: FormFieldProps) {
  const { pointer } = node;
  const value = valueAt(form.value, pointer);
  switch (node.kind) {
    case "object":
      return (
        <ObjectField node={node} form={form}>
          {node.fields.map((field) => (
            <FormField key={field.pointer} node={field} form={form} />
          ))}
        </ObjectField>
      );
    case "list":
      return (
        <ListField node={node} form={form}>
          {(item) => <FormField key={item.pointer} node={item} form={form} />}
        </ListField>
      );
    case "several":
      return <SeveralField node={node} form={form} />;
    case "choice":
      return <ChoiceField node={node} form={form} options={node.options} />;
    case "boolean":
      return <ChoiceField node={node} form={form} options={YES_NO} />;
    case "number":
      return (
        <Input
          {...frame(node, form)}
          isMono
          inputMode={node.isWhole ? "numeric" : "decimal"}
          placeholder={placeholderOf(value, node)}
          value={value === null ? "" : textAt(form.state, pointer, kindOf(node))}
          onInput={(text) => form.change(typeAt(form.state, pointer, text, kindOf(node)))}
        />
      );
    case "json":
      return (
        <Area
          {...frame(node, form)}
          isMono
          rows={Math.max(2, Math.min(14, textAt(form.state, pointer, "json").split("\n").length))}
          placeholder={placeholderOf(value, node)}
          value={textAt(form.state, pointer, "json")}
          onInput={(text) => form.change(typeAt(form.state, pointer, text, "json"))}
        />
      );
    case "text": {
      const Control = node.isLong || isTall(valueAt(form.base, pointer)) ? Area : Input;
      return (
        <Control
          {...frame(node, form)}
          {...(node.format === "password" && PASSWORD)}
          rows={rowsOf(value)}
          placeholder={placeholderOf(value, node)}
          value={typeof value === "string" ? value : ""}
          onInput={(text) => form.change(setAt(form.state, pointer, textOr(text, node, form)))}
        />
      );
    }
  }
}

/** Browsers offer no stored password for a new one. */
const PASSWORD = { type: "password", autoComplete: "new-password" } as const;

const YES_NO = [
  { value: true, text: "Yes" },
  { value: false, text: "No" },
] as const;

interface ChoiceFieldProps extends FormFieldProps {
  readonly options: readonly { readonly value: unknown; readonly text: string }[];
}

function ChoiceField({ node, form, options }: ChoiceFieldProps) {
  const value = valueAt(form.value, node.pointer);
  const at = options.findIndex((option) => isSame(option.value, value));
  const canBeNone = value === undefined || (value === null && at === -1) || !node.isRequired;
  return (
    <Choice
      {...frame(node, form)}
      value={String(at)}
      options={[
        ...(canBeNone
          ? [{ value: "-1", text: value === null ? node.nullText : node.absentText }]
          : []),
        ...options.map(({ text }, i) => ({ value: String(i), text: plainText(text) })),
      ]}
      onChange={(chosen) =>
        form.change(setAt(form.state, node.pointer, options[Number(chosen)]?.value))
      }
    />
  );
}

/** Label, hint, buttons and error, the same for all kinds. */
function frame(node: FormNode, form: FormModel) {
  const found = form.errors.find(({ pointer }) => pointer === node.pointer)?.detail;
  return {
    label: <FieldLabel node={node} />,
    hint: hintOf(node, valueAt(form.value, node.pointer)),
    aside: <FieldAside node={node} form={form} />,
    error: textError(form.state, node.pointer) ?? found ?? null,
  };
}

function kindOf(node: FormNode): TextKind {
  return node.kind === "number" && node.isWhole ? "whole" : "number";
}

function placeholderOf(value: unknown, { nullText, absentText }: FormNode): string {
  return value === null ? nullText : value === undefined ? absentText : "";
}

/** An emptied field is left out if it may be, unless it had a text before. */
function textOr(text: string, node: FormNode, form: FormModel): string | undefined {
  const isNone = text === "" && !node.isRequired && valueAt(form.base, node.pointer) === undefined;
  return isNone ? undefined : text;
}

function rowsOf(value: unknown): number {
  const lines = typeof value === "string" ? value.split("\n").length : 0;
  return Math.min(18, Math.max(2, lines));
}

function isTall(base: unknown): boolean {
  return typeof base === "string" && (base.length > 64 || base.includes("\n"));
}

/** Form fields: a label, a hint, the control, and what is wrong with it. */
import type { ComponentChildren, TargetedKeyboardEvent } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
  /** Next to the label, such as a button. */
  readonly aside?: ComponentChildren;
  /** What is wrong with the value. */
  readonly error?: string | null | undefined;
  readonly isHidden?: boolean;
  readonly children: (attributes: {
    readonly id: string;
    readonly "aria-describedby": string | undefined;
    readonly "aria-invalid": boolean;
  }) => ComponentChildren;
}

/** A field around any control, which gets the id and the descriptions. */
function Field({ label, hint, aside, error = null, isHidden = false, children }: FieldProps) {
  const id = useId();
  const described = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(error === null ? [] : [`${id}-error`]),
  ].join(" ");
  return (
    <div class="field">
      <div class={isHidden ? "hidden" : "field-head"}>
        <label class="field-label" for={id}>
          {label}
        </label>
        {aside}
      </div>
      {children({
        id,
        "aria-describedby": described === "" ? undefined : described,
        "aria-invalid": error !== null,
      })}
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== null && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

interface InputProps extends Omit<FieldProps, "children"> {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: keyof typeof TYPES;
  readonly placeholder?: string;
  readonly isMono?: boolean;
  readonly autoFocus?: boolean;
  readonly autoComplete?: string;
  /** Which keys a phone shows. */
  readonly inputMode?: "text" | "decimal" | "numeric";
  readonly onKeyDown?: (event: TargetedKeyboardEvent<HTMLInputElement>) => void;
}

/** The attribute of each type; the types of Preact want one of them at a time. */
const TYPES = {
  text: { type: "text" },
  password: { type: "password" },
  search: { type: "search" },
  number: { type: "number" },
  url: { type: "url" },
  "datetime-local": { type: "datetime-local" },
} as const;

/** One line of text. */
export function Input({
  value,
  onInput,
  type = "text",
  placeholder,
  isMono = false,
  autoFocus = false,
  autoComplete = "off",
  inputMode = "text",
  onKeyDown,
  ...field
}: InputProps) {
  return (
    <Field {...field}>
      {(attributes) => (
        <input
          {...attributes}
          class={`input ${isMono ? "mono" : ""}`}
          {...TYPES[type]}
          value={value}
          placeholder={placeholder}
          autoComplete={autoComplete}
          inputMode={inputMode}
          autoFocus={autoFocus}
          spellcheck={false}
          onKeyDown={onKeyDown}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface AreaProps extends Omit<FieldProps, "children"> {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly rows?: number;
  readonly placeholder?: string;
  readonly isMono?: boolean;
  readonly onKeyDown?: (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => void;
}

/** Several lines of text. */
export function Area({
  value,
  onInput,
  rows = 4,
  placeholder,
  isMono = false,
  onKeyDown,
  ...field
}: AreaProps) {
  return (
    <Field {...field}>
      {(attributes) => (
        <textarea
          {...attributes}
          class={`input input-area ${isMono ? "mono" : ""}`}
          rows={rows}
          value={value}
          placeholder={placeholder}
          onKeyDown={onKeyDown}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceProps extends Omit<FieldProps, "children"> {
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly onChange: (value: string) => void;
}

/** One of a few values. */
export function Choice({ value, options, onChange, ...field }: ChoiceProps) {
  return (
    <Field {...field}>
      {(attributes) => (
        <select
          {...attributes}
          class="input input-select"
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly hint?: ComponentChildren;
}

/** A choice of yes or no. */
export function Switch({ label, isOn, onChange, hint }: SwitchProps) {
  const id = useId();
  return (
    <div class="field field-switch">
      <input
        type="checkbox"
        id={id}
        checked={isOn}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint !== undefined && <p class="field-hint">{hint}</p>}
    </div>
  );
}

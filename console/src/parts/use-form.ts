/** The state of a form made from a JSON Schema. */
import { useMemo, useState } from "preact/hooks";
import { checkValue } from "./form-check.ts";
import { formOf, type FormNode } from "./form-schema.ts";
import { isSame, isTyped, startOf, type FieldError, type FormState } from "./form-state.ts";

/** A form while a person fills it in. */
export interface FormModel {
  readonly root: FormNode;
  readonly schema: unknown;
  readonly state: FormState;
  /** The value before any change. */
  readonly base: unknown;
  readonly value: unknown;
  /** Whether changes are marked, since the first value is a proposal. */
  readonly hasMarks: boolean;
  readonly isChanged: boolean;
  /** What is wrong, by pointer; shown once there was a try to send. */
  readonly errors: readonly FieldError[];
  readonly change: (state: FormState) => void;
  /** Whether the value can be sent; from now on what is wrong is shown. */
  readonly check: () => boolean;
  /** Shows what the service found wrong; the next change of the value hides it. */
  readonly refuse: (errors: readonly FieldError[]) => void;
  readonly reset: () => void;
}

/**
 * Makes a form.
 * @param schema JSON Schema of the value, or null if it is not known
 * @param base the value at first
 * @param hasMarks whether it is a proposal, from which changes are marked
 */
export function useForm(schema: unknown, base: unknown, hasMarks = false): FormModel {
  const [state, setState] = useState<FormState>(() => startOf(base));
  const [isChecked, setChecked] = useState(false);
  const [refused, setRefused] = useState<readonly FieldError[]>([]);
  const { value } = state;
  const root = useMemo(() => formOf(schema, value), [schema, value]);
  const found = useMemo(() => checkValue(schema, value), [schema, value]);
  return {
    root,
    schema,
    state,
    base,
    hasMarks,
    value,
    isChanged: !isSame(value, base),
    errors: [...refused, ...(isChecked ? found : [])],
    change: (next) => {
      setState(next);
      setRefused([]);
    },
    check: () => {
      setChecked(true);
      return found.length === 0 && isTyped(state);
    },
    refuse: setRefused,
    reset: () => {
      setState(startOf(base));
      setRefused([]);
    },
  };
}

/** The fields of a new task below its goal, in sections that are folded until they are wanted. */
import { Text } from "../../parts/text.tsx";
import { FormField } from "../../parts/form-field.tsx";
import { valueAt, type FormNode } from "../../parts/form-schema.ts";
import type { FormModel } from "../../parts/use-form.ts";
import { agentText, SECTIONS } from "./draft.ts";
import type { Choices } from "./choices.ts";

interface TaskFieldsProps {
  readonly form: FormModel;
  readonly choices: Choices;
}

/** The agent, and the sections. */
export function TaskFields({ form, choices }: TaskFieldsProps) {
  const fields = form.root.kind === "object" ? form.root.fields : [];
  const agent = valueAt(form.value, "/agent") ?? "default";
  const chosen = choices.agents.find(({ name }) => name === agent);
  const shown = new Set<string>(["agent", "input_data", ...SECTIONS.flatMap(({ names }) => names)]);
  const rest = fields.filter(({ name }) => !shown.has(name));
  return (
    <>
      <Named fields={fields} name="agent" form={form} />
      {chosen !== undefined && (
        <p class="field-hint task-agent">
          <Text text={agentText(chosen)} />
        </p>
      )}
      {SECTIONS.map(({ title, names }) => (
        <Section key={title} title={title} form={form}>
          {fields.filter(({ name }) => (names as readonly string[]).includes(name))}
        </Section>
      ))}
      <Section title="Input and the rest" form={form}>
        {[...fields.filter(({ name }) => name === "input_data").flatMap(inputFields), ...rest]}
      </Section>
    </>
  );
}

interface SectionProps {
  readonly title: string;
  readonly form: FormModel;
  readonly children: readonly FormNode[];
}

function Section({ title, form, children }: SectionProps) {
  const isSet = children.some(({ pointer }) => valueAt(form.value, pointer) !== undefined);
  const isWrong = form.errors.some((error) =>
    children.some(({ pointer }) => error.pointer.startsWith(pointer)),
  );
  // A single object is its own section: its fields are those of the section.
  const fields = children.flatMap((one) =>
    children.length === 1 && one.kind === "object" ? one.fields : [one],
  );
  return (
    <details class="form-section" open={isWrong || undefined}>
      <summary>
        {title}
        <span class="form-section-set">{isSet ? "set" : ""}</span>
      </summary>
      <div class="form-fields">
        {fields.map((field) => (
          <FormField key={field.pointer} node={field} form={form} />
        ))}
      </div>
    </details>
  );
}

function Named({
  fields,
  name,
  form,
}: {
  readonly fields: readonly FormNode[];
  readonly name: string;
  readonly form: FormModel;
}) {
  const node = fields.find((field) => field.name === name);
  return node === undefined ? null : <FormField node={node} form={form} />;
}

/** The goal has its own place. */
function inputFields(node: FormNode): readonly FormNode[] {
  return node.kind === "object"
    ? node.fields.filter(({ name }) => name !== "goal" && name !== "prompt")
    : [node];
}

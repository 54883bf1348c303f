/** Validates the template of a hook, and fills it with a request. */
import { fill, hasPlaceholder, templateFaults } from "../../run/spec/template.ts";
import type { JsonObject, JsonValue } from "../../run/value/json.ts";
import { schemaFaults } from "../../run/value/schema-message.ts";
import { Problem } from "../http/problem.ts";
import { invalid, validationProblem } from "../http/validation.ts";
import { submitBody, type SubmitBody } from "../tasks/schemas.ts";

const MAX_TEMPLATE_CHARS = 262_144;

/** Fills a template with the body of a request. @throws Problem `validation_failed` */
export function filled(template: JsonObject, context: JsonValue): SubmitBody {
  const { value, faults } = fill(template, context);
  const [first] = faults;
  if (first !== undefined) {
    throw new Problem(
      "validation_failed",
      `The template cannot be filled: ${first.pointer} ${first.detail}.`,
      { faults },
    );
  }
  const parsed = submitBody.safeParse(value);
  if (!parsed.success) {
    throw validationProblem(parsed.error, "filled template");
  }
  return parsed.data;
}

/** Checks that a filled template can be a valid submission. @throws Problem `validation_failed` */
export function checkedTemplate(template: Record<string, JsonValue>): JsonObject {
  if (JSON.stringify(template).length > MAX_TEMPLATE_CHARS) {
    const detail = `is larger than ${MAX_TEMPLATE_CHARS} characters of JSON`;
    throw invalid("body", [{ pointer: "/template", detail }]);
  }
  const [malformed] = templateFaults(template);
  if (malformed !== undefined) {
    throw invalid("body", [{ ...malformed, pointer: `/template${malformed.pointer}` }]);
  }
  const { error } = submitBody.safeParse(template);
  // The values of placeholders are unknown until a request fills them.
  const issue = error?.issues.find(({ path }) => !isFilledLater(template, path));
  const [fault] = issue === undefined ? [] : schemaFaults({ issues: [issue] });
  if (fault !== undefined) {
    throw invalid("body", [{ ...fault, pointer: `/template${fault.pointer}` }]);
  }
  return template;
}

function isFilledLater(template: JsonObject, path: readonly PropertyKey[]): boolean {
  const value = path.reduce<unknown>(
    (inside, step) =>
      typeof inside === "object" && inside !== null ? Reflect.get(inside, step) : undefined,
    template,
  );
  return typeof value === "string" && hasPlaceholder(value);
}

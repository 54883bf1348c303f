/** Pure: the value that a form begins with. */

/** Returns the defaults of an object's fields; a required yes-or-no begins with no. */
export function defaultsOf(schema: unknown): Readonly<Record<string, unknown>> {
  const { properties, required } = recordOf(schema);
  const names = Array.isArray(required) ? required : [];
  return Object.fromEntries(
    Object.entries(recordOf(properties)).flatMap(([name, given]) => {
      const field = recordOf(given);
      if (field["default"] !== undefined) {
        return [[name, field["default"]]];
      }
      return field["type"] === "boolean" && names.includes(name) ? [[name, false]] : [];
    }),
  );
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

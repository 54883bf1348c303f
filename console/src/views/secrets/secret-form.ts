/** Pure: the schema of a secret's fields, as the form shows it. */

type Json = Readonly<Record<string, unknown>>;

/** The value is typed unseen, as a password is. */
export function valueHidden(schema: Json): Json {
  const properties = objectIn(schema, "properties");
  // Without its maximum: a long text would get several lines, which browsers show.
  const { maxLength: _most, ...value } = objectIn(properties, "value");
  return { ...schema, properties: { ...properties, value: { ...value, format: "password" } } };
}

/** A new secret has a name, which requests have in their path. */
export function named(schema: Json): Json {
  const hidden = valueHidden(schema);
  const name = {
    type: "string",
    title: "Name",
    pattern: "^[A-Za-z0-9_.-]{1,64}$",
    description:
      "1 to 64 letters, digits, _ . or -. provider.<name> is your own API key of a model provider: provider.openai.",
  };
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return {
    ...hidden,
    properties: { name, ...objectIn(hidden, "properties") },
    required: ["name", ...required],
  };
}

function objectIn(value: Json, name: string): Json {
  const found = value[name];
  return typeof found === "object" && found !== null ? (found as Json) : {};
}

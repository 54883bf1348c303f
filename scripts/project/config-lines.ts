/** Parts of a wrangler configuration, as lines of the file that they are added to. */

type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

/** Returns the lines in the format of the file: TOML for `.toml`, else JSON. */
export function configLines(part: object, file: string): string {
  return file.endsWith(".toml") ? tomlOf(part).trim() : JSON.stringify(part);
}

/** Writes tables, lists of tables and plain values. */
function tomlOf(part: object, path = ""): string {
  const entries = Object.entries(part as Readonly<Record<string, Json>>);
  const plain = entries.filter(([, value]) => !isTable(value) && !isTables(value));
  const nested = entries.flatMap(([name, value]) => {
    const inner = path === "" ? name : `${path}.${name}`;
    if (isTables(value)) {
      return value.map((one) => `\n[[${inner}]]\n${tomlOf(one, inner)}`);
    }
    if (!isTable(value)) {
      return [];
    }
    const hasPlain = Object.values(value).some((one) => !isTable(one) && !isTables(one));
    return [`${hasPlain ? `\n[${inner}]\n` : ""}${tomlOf(value, inner)}`];
  });
  return [...plain.map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`), ...nested].join(
    "",
  );
}

function isTable(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === "object" && !Array.isArray(value);
}

function isTables(value: Json): value is readonly { readonly [name: string]: Json }[] {
  return Array.isArray(value) && value.length > 0 && value.every((one: Json) => isTable(one));
}

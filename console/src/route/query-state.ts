/** Pure: the state of a view in its address, read and written by one table of typed fields. */

/** How one field is read from the query and written to it. */
export interface QueryField<Value> {
  /** The value of a text, or null if it is none; null stands for an absent field too. */
  read(this: void, text: string | null): Value;
  /** The text of a value; null leaves the field out. */
  write(this: void, value: Value): string | null;
}

/** Values by the names of fields. */
export type QueryValues<Fields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends QueryField<infer Value> ? Value : never;
};

/** A text, "" if it is absent. */
export const text: QueryField<string> = {
  read: (given) => given ?? "",
  write: (value) => (value === "" ? null : value),
};

/** A whole number from 0, null if it is absent or none. */
export const whole: QueryField<number | null> = {
  read: (given) => (given !== null && /^\d{1,15}$/.test(given) ? Number(given) : null),
  write: (value) => (value === null ? null : String(value)),
};

/** One of some words, the first of them if it is absent or none. */
export function oneOf<Word extends string>(...words: readonly [Word, ...Word[]]): QueryField<Word> {
  return {
    read: (given) => words.find((word) => word === given) ?? words[0],
    write: (value) => (value === words[0] ? null : value),
  };
}

/** Several words, without order and without repetition. */
export function someOf<Word extends string>(
  ...words: readonly Word[]
): QueryField<readonly Word[]> {
  return {
    read: (given) => {
      const named = new Set((given ?? "").split(","));
      return words.filter((word) => named.has(word));
    },
    write: (value) =>
      value.length === 0 ? null : words.filter((word) => value.includes(word)).join(","),
  };
}

/** Pairs of names and values, as of metadata: `a:b,c:d`, encoded. */
export const pairs: QueryField<readonly (readonly [string, string])[]> = {
  read: (given) =>
    (given ?? "").split(",").flatMap((pair): [string, string][] => {
      const [name, value, ...more] = pair.split(":").map(decoded);
      const isWhole = typeof name === "string" && typeof value === "string" && name !== "";
      return isWhole && more.length === 0 ? [[name, value]] : [];
    }),
  write: (value) =>
    value.length === 0
      ? null
      : value.map((pair) => pair.map((one) => encodeURIComponent(one)).join(":")).join(","),
};

/** Reads all fields of a query. */
export function readQuery<Fields extends Readonly<Record<string, QueryField<unknown>>>>(
  fields: Fields,
  search: string,
): QueryValues<Fields> {
  const query = new URLSearchParams(search);
  return Object.fromEntries(
    Object.entries(fields).map(([name, { read }]) => [name, read(query.get(name))]),
  ) as QueryValues<Fields>;
}

/** The texts of changed fields, for `changeQuery`; null for those to be left out. */
export function writeQuery<Fields extends Readonly<Record<string, QueryField<unknown>>>>(
  fields: Fields,
  changes: Partial<QueryValues<Fields>>,
): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [name, fields[name]?.write(value) ?? null]),
  );
}

function decoded(given: string): string | null {
  try {
    return decodeURIComponent(given);
  } catch {
    return null;
  }
}

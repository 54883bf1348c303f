/** A test as a row of a CSV file: variables by column, and columns with special names. */
import { isKnownName } from "../assertions/assertion-types.ts";

type Row = Readonly<Record<string, unknown>>;

const EXPECTED = /^__expected\d*$/;
const ASSERTION =
  /^(?<not>not-)?(?<type>[a-z][a-z0-9]*(?:[-:][a-z0-9]+)*)(?:\((?<threshold>\d+(?:\.\d+)?)\))?(?::(?<value>[\s\S]*))?$/;
const LISTS: ReadonlySet<string> = new Set([
  "contains-all",
  "contains-any",
  "icontains-all",
  "icontains-any",
]);
const NUMBERS: ReadonlySet<string> = new Set(["cost", "latency"]);

/** Returns the test of a row. @throws Error for a special column that is not supported */
export function csvTest(row: Row): Row {
  const vars: Record<string, unknown> = {};
  const metadata: Record<string, unknown> = {};
  const assert: Row[] = [];
  const rest = new Map<string, unknown>();
  for (const [column, cell] of Object.entries(row)) {
    const value = String(cell);
    if (!column.startsWith("__")) {
      vars[column] = value;
    } else if (value.trim() !== "") {
      if (EXPECTED.test(column)) {
        assert.push(assertionFrom(value));
      } else if (column.startsWith("__metadata:")) {
        metadata[column.slice("__metadata:".length)] = value;
      } else {
        const [name, of] = special(column, value);
        rest.set(name, of);
      }
    }
  }
  const metric = rest.get("metric");
  const affixes = ["prefix", "suffix"].filter((name) => rest.has(name));
  const options = Object.fromEntries(affixes.map((name) => [name, rest.get(name)]));
  for (const name of ["metric", ...affixes]) {
    rest.delete(name);
  }
  return {
    vars,
    metadata,
    assert: metric === undefined ? assert : assert.map((one) => withMetric(one, metric)),
    ...(affixes.length > 0 && { options }),
    ...Object.fromEntries(rest),
  };
}

function withMetric(assertion: Row, metric: unknown): Row {
  return { ...assertion, metric };
}

/** Returns the field of a test that a column sets, and its value. */
function special(column: string, value: string): readonly [name: string, value: unknown] {
  switch (column) {
    case "__description":
      return ["description", value];
    case "__threshold":
      return ["threshold", Number(value)];
    case "__metric":
      return ["metric", value];
    case "__prefix":
      return ["prefix", value];
    case "__suffix":
      return ["suffix", value];
    default:
      throw new Error(`the column ${column} is not supported`);
  }
}

/** Reads a text such as `contains: Paris` or `levenshtein(3): Paris`; any other text is `equals`. */
export function assertionFrom(text: string): Row {
  const { not = "", type = "", threshold, value } = ASSERTION.exec(text.trim())?.groups ?? {};
  if (!isKnownName(type)) {
    return { type: "equals", value: text };
  }
  const trimmed = value?.trim();
  const given = threshold ?? (NUMBERS.has(type) ? trimmed : undefined);
  return {
    type: `${not}${type}`,
    ...(trimmed !== undefined &&
      !NUMBERS.has(type) && {
        value: LISTS.has(type) ? trimmed.split(",").map((one) => one.trim()) : trimmed,
      }),
    ...(given !== undefined && { threshold: Number(given) }),
  };
}

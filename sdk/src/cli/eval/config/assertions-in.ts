/** Checks the assertions of a test and fills in their values. */
import { recordOf } from "../../input.ts";
import type { Assertion } from "../assertions/assertion.ts";
import { refusalOf, SET, typeNamed, TYPE_NAMES } from "../assertions/assertion-types.ts";
import { CODE, UNSUPPORTED, type Faults, type Known } from "./faults.ts";
import { pathIn, type Files } from "./files.ts";
import { filled, type Vars } from "./template.ts";

interface Reading {
  readonly vars: Vars;
  readonly files: Files;
  readonly faults: Faults;
}

const FIELDS: Known = {
  fields: ["type", "value", "threshold", "weight", "metric"],
  refused: {
    $ref: UNSUPPORTED,
    config: UNSUPPORTED,
    contextTransform: CODE,
    metricOnly: UNSUPPORTED,
    normalizeUnicode: UNSUPPORTED,
    provider: UNSUPPORTED,
    rubricPrompt: UNSUPPORTED,
    transform: CODE,
  },
};
const SET_FIELDS: Known = {
  fields: ["type", "assert", "threshold", "weight", "metric"],
  refused: FIELDS.refused,
};
const NOT = "not-";
const MAX_DEPTH = 5;

/** Returns the assertions. What is wrong with them goes to `faults`. */
export function assertionsIn(
  at: string,
  given: unknown,
  reading: Reading,
  depth = 0,
): readonly Assertion[] {
  return [given].flat().flatMap((one, i) => assertionIn(`${at}[${i}]`, one, reading, depth));
}

function assertionIn(
  at: string,
  given: unknown,
  reading: Reading,
  depth: number,
): readonly Assertion[] {
  const { faults } = reading;
  const fields = recordOf(given);
  const { type: name } = fields;
  if (typeof name !== "string") {
    faults.add(at, "must be an object with a type");
    return [];
  }
  const inverse = name.startsWith(NOT);
  const type = inverse ? name.slice(NOT.length) : name;
  const common = { type, inverse, ...numbersIn(at, fields, faults) };
  if (type === SET && !inverse) {
    faults.fields(at, fields, SET_FIELDS);
    const inside = fields["assert"];
    if (depth >= MAX_DEPTH || !Array.isArray(inside) || inside.length === 0) {
      faults.add(at, `${SET} needs a list of assertions in assert`);
      return [];
    }
    return [{ ...common, set: assertionsIn(`${at}.assert`, inside, reading, depth + 1) }];
  }
  const kind = typeNamed(type);
  if (kind === null) {
    const near = refusalOf(type);
    const list = near === "is unknown" ? `. There are ${TYPE_NAMES.join(", ")}` : "";
    faults.add(at, `the type ${name} ${near}${list}`);
    return [];
  }
  faults.fields(at, fields, FIELDS);
  const read = faults.try(at, () => ({ value: valueIn(fields["value"], reading) ?? undefined }));
  if (read === null) {
    return [];
  }
  const assertion = { ...common, ...(read.value !== undefined && read) };
  const fault = kind.fault(assertion);
  if (fault !== null) {
    faults.add(at, `${name} ${fault}`);
  }
  return [assertion];
}

/** Fills in a value. A value that is a file is what the file has. */
function valueIn(given: unknown, { vars, files }: Reading): unknown {
  const value = filled(given, vars);
  const path = pathIn(value);
  return path === null ? value : files.data(path);
}

function numbersIn(at: string, fields: Readonly<Record<string, unknown>>, faults: Faults) {
  const { threshold, weight, metric } = fields;
  for (const [name, value] of Object.entries({ threshold, weight })) {
    if (value !== undefined && !(typeof value === "number" && value >= 0)) {
      faults.add(at, `${name} must be a number of at least 0`);
    }
  }
  return {
    weight: typeof weight === "number" ? weight : 1,
    ...(typeof threshold === "number" && { threshold }),
    ...(typeof metric === "string" && { metric }),
  };
}

/** The tests of a config, each with each prompt, ready to be run. */
import { extname } from "node:path";
import { recordOf } from "../../input.ts";
import { assertionsIn } from "./assertions-in.ts";
import { CODE, UNSUPPORTED, type Faults, type Known } from "./faults.ts";
import { csvTest } from "./csv-test.ts";
import { pathIn, type Files } from "./files.ts";
import type { Case } from "../plan.ts";
import type { PromptText } from "./prompts.ts";
import { filledText, type Vars } from "./template.ts";

/** What tests are read with. */
export interface Reading {
  readonly files: Files;
  readonly faults: Faults;
  readonly prompts: readonly PromptText[];
  /** Variables that every test has. */
  readonly vars: Vars;
}

type Fields = Readonly<Record<string, unknown>>;

const FIELDS: Known = {
  fields: ["assert", "description", "metadata", "options", "threshold", "vars"],
  refused: {
    assertScoringFunction: CODE,
    prompts: UNSUPPORTED,
    provider: UNSUPPORTED,
    providerOutput: UNSUPPORTED,
    providers: UNSUPPORTED,
  },
};
/** Fields of `options` that are read here. The others override the provider's config. */
const REFUSED_OPTIONS: Fields = {
  postprocess: CODE,
  provider: UNSUPPORTED,
  storeOutputAs: UNSUPPORTED,
  transform: CODE,
  transformVars: CODE,
};
const MAX_CASES = 100_000;
const NAME_CHARS = 80;

interface Entry {
  readonly at: string;
  readonly fields: Fields;
}

/** Returns the cases of all tests and prompts. */
export function testsIn(given: unknown, defaults: unknown, reading: Reading): readonly Case[] {
  const { files, faults } = reading;
  const path = pathIn(defaults);
  const base = recordOf(
    path === null ? (defaults ?? {}) : faults.try("defaultTest", () => files.data(path)),
  );
  faults.fields("defaultTest", base, FIELDS);
  const entries = [given ?? []].flat().flatMap((one, i) => entriesOf(`tests[${i}]`, one, reading));
  let index = 0;
  const cases: Case[] = [];
  for (const { at, fields } of entries) {
    faults.fields(at, fields, FIELDS);
    for (const vars of expanded(at, fields, base, reading)) {
      cases.push(...casesOf(at, index, fields, base, { ...reading, vars }));
      index += 1;
      if (cases.length > MAX_CASES) {
        faults.add(at, `there are more than ${MAX_CASES} cases`);
        return cases;
      }
    }
  }
  return cases;
}

/** Returns the tests that an item of `tests` stands for: itself, or those of a file. */
function entriesOf(at: string, given: unknown, { files, faults }: Reading): readonly Entry[] {
  const path = pathIn(given) ?? (typeof given === "string" ? given : null);
  if (path === null) {
    const fields = recordOf(given);
    if (fields !== given) {
      faults.add(at, "must be an object, or a file such as file://tests.csv");
      return [];
    }
    return [{ at, fields }];
  }
  const data = faults.try(at, () => files.data(path));
  if (data === null) {
    return [];
  }
  if (!Array.isArray(data)) {
    faults.add(at, `${path} must be a list of tests`);
    return [];
  }
  return data.flatMap((one, i) => {
    const place = `${path}[${i}]`;
    const fields = recordOf(one);
    if (fields !== one) {
      faults.add(place, "must be an object");
      return [];
    }
    if (extname(path).toLowerCase() !== ".csv") {
      return [{ at: place, fields }];
    }
    const test = faults.try(place, () => csvTest(fields));
    return test === null ? [] : [{ at: place, fields: test }];
  });
}

/** Returns the variables of a test: one set for each combination of the items of its lists. */
function expanded(
  at: string,
  fields: Fields,
  base: Fields,
  { files, faults, vars: shared }: Reading,
): readonly Vars[] {
  const own = { ...varsOf(base, at, files, faults), ...varsOf(fields, at, files, faults) };
  const options = { ...recordOf(base["options"]), ...recordOf(fields["options"]) };
  let sets: readonly Vars[] = [{}];
  for (const [name, value] of Object.entries(own)) {
    const isList = Array.isArray(value) && options["disableVarExpansion"] !== true;
    const values: readonly unknown[] = isList ? value : [value];
    sets = sets.flatMap((set) => values.map((one) => withVar(set, name, one)));
    if (sets.length > MAX_CASES) {
      faults.add(at, `its lists have more than ${MAX_CASES} combinations`);
      return [];
    }
  }
  return sets.map((set) => faults.try(at, () => withVars(set, shared)) ?? set);
}

function withVar(set: Vars, name: string, value: unknown): Vars {
  return { ...set, [name]: value };
}

/** Fills variables that refer to others, once, and adds those that every test has. */
function withVars(set: Vars, shared: Vars): Vars {
  const all = { ...shared, ...set };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [
      name,
      typeof value === "string" && value.includes("{{") ? filledText(value, all) : value,
    ]),
  );
}

function varsOf({ vars }: Fields, at: string, files: Files, faults: Faults): Vars {
  const given = pathIn(vars);
  const own = given === null ? (vars ?? {}) : faults.try(at, () => files.data(given));
  if (recordOf(own) !== own) {
    faults.add(at, "vars must be an object");
    return {};
  }
  return Object.fromEntries(
    Object.entries(recordOf(own)).map(([name, value]) => {
      const path = pathIn(value);
      return [
        name,
        path === null ? value : faults.try(`${at}.vars.${name}`, () => files.data(path)),
      ];
    }),
  );
}

function casesOf(
  at: string,
  testIndex: number,
  fields: Fields,
  base: Fields,
  { files, faults, prompts, vars }: Reading,
): readonly Case[] {
  const {
    prefix,
    suffix,
    disableVarExpansion: _ofTest,
    ...options
  } = {
    ...recordOf(base["options"]),
    ...recordOf(fields["options"]),
  };
  faults.fields(`${at}.options`, options, {
    fields: Object.keys(options),
    refused: refusedOptions,
  });
  const asserts = [base["assert"] ?? [], fields["assert"] ?? []].flat();
  const assertions = assertionsIn(`${at}.assert`, asserts, { vars, files, faults });
  if (asserts.length === 0) {
    faults.add(at, "has no assertion, so it would always pass");
  }
  const threshold = fields["threshold"] ?? base["threshold"] ?? null;
  if (threshold !== null && typeof threshold !== "number") {
    faults.add(at, "threshold must be a number");
  }
  const { env: _env, ...own } = vars;
  return prompts.flatMap(({ label, text }, promptIndex) => {
    const whole = `${textOf(prefix)}${text}${textOf(suffix)}`;
    const prompt = faults.try(at, () => filledText(whole, vars));
    if (prompt === null) {
      return [];
    }
    if (prompt.trim() === "") {
      faults.add(at, "the prompt is empty");
    }
    const name = nameOf(fields, own, testIndex);
    return {
      testIndex,
      promptIndex,
      name: prompts.length === 1 ? name : `${name} · ${label.slice(0, NAME_CHARS)}`,
      prompt,
      vars: own,
      metadata: { ...recordOf(base["metadata"]), ...recordOf(fields["metadata"]) },
      options,
      assertions,
      threshold: typeof threshold === "number" ? threshold : null,
    };
  });
}

const refusedOptions = Object.fromEntries(
  Object.entries(REFUSED_OPTIONS).map(([name, why]) => [name, String(why)]),
);

/** Names a test by its description, or by its variables. */
function nameOf({ description }: Fields, vars: Vars, index: number): string {
  if (typeof description === "string" && description.trim() !== "") {
    return description;
  }
  const values = Object.entries(vars).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return values.join(" ").slice(0, NAME_CHARS) || `test ${index + 1}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

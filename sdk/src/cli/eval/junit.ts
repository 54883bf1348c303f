/** Writes results as JUnit XML, as continuous integration reads it. */
import type { Result } from "./run.ts";

// oxlint-disable-next-line no-control-regex -- XML 1.0 has no place for these
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\n": "&#10;",
  "\r": "&#13;",
  "\t": "&#9;",
};
/** Most characters of an answer in the report. */
const OUTPUT_CHARS = 2000;

/** Returns a suite for each provider, with a test case for each result. */
export function junitOf(
  name: string,
  providers: readonly string[],
  results: readonly Result[],
): string {
  const suites = providers.map((provider) =>
    suiteOf(
      provider,
      results.filter((one) => one.provider === provider),
    ),
  );
  const totals = attributes({ name, ...countsOf(results) });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${totals}>\n${suites.join("")}</testsuites>\n`;
}

function suiteOf(provider: string, results: readonly Result[]): string {
  const cases = results.map((one) => caseOf(provider, one)).join("");
  return `  <testsuite${attributes({ name: provider, ...countsOf(results) })}>\n${cases}  </testsuite>\n`;
}

function countsOf(results: readonly Result[]) {
  return {
    tests: results.length,
    failures: results.filter(({ pass, error }) => !pass && error === null).length,
    errors: results.filter(({ error }) => error !== null).length,
    time: secondsOf(results.reduce((sum, { latency_ms }) => sum + latency_ms, 0)),
  };
}

function caseOf(provider: string, result: Result): string {
  const { name, repeat, latency_ms, pass, error, task_id } = result;
  const shown = repeat === 0 ? name : `${name} (repeat ${repeat + 1})`;
  const head = attributes({ classname: provider, name: shown, time: secondsOf(latency_ms) });
  const failed = result.assertions.filter((one) => !one.pass);
  const fault =
    error !== null
      ? `      <error${attributes({ message: error, type: error.split(":")[0] ?? "" })}/>\n`
      : pass
        ? ""
        : `      <failure${attributes({
            message: failed.map(({ type, reason }) => `${type}: ${reason}`).join("; "),
            type: failed[0]?.type ?? "threshold",
          })}>${escaped(outputOf(result))}</failure>\n`;
  const task =
    task_id === null ? "" : `      <system-out>${escaped(`task ${task_id}`)}</system-out>\n`;
  const inside = `${fault}${task}`;
  return inside === ""
    ? `    <testcase${head}/>\n`
    : `    <testcase${head}>\n${inside}    </testcase>\n`;
}

function outputOf({ output }: Result): string {
  const text = typeof output === "string" ? output : (JSON.stringify(output) ?? "");
  return text.slice(0, OUTPUT_CHARS);
}

function secondsOf(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join("");
}

/** Escapes a text for an attribute or an element, and replaces what XML cannot hold. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(FORBIDDEN, "\ufffd")
    .replaceAll(/[&<>"'\n\r\t]/g, (character) => ENTITIES[character] ?? character);
}

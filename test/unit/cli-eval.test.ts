/** `opspawn eval`: configs that cannot be run, what is submitted, and what is reported. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { runCli } from "../../sdk/src/cli/cli.ts";
import { junitOf } from "../../sdk/src/cli/eval/junit.ts";
import type { Result } from "../../sdk/src/cli/eval/run.ts";
import { readYaml } from "../../sdk/src/cli/eval/config/yaml.ts";
import { cli, cliEnvOf, envOf } from "../cli.ts";
import { fakeService, problem, type Answer, type Asked } from "../fake-service.ts";

const folder = mkdtempSync(join(tmpdir(), "opspawn-eval-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const WHOLE = `
prompts: ["Capital of {{ country }}?"]
providers: [opspawn:geo]
tests:
  - vars: { country: France }
    assert: [{ type: contains, value: Paris }]
`;

const LAUGHS = `a: &a [x,x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]
tests: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]
`;

/** Runs a config against a service that must not be asked. */
async function refused(text: string | Uint8Array, more: readonly string[] = []) {
  const fake = await fakeService();
  const path = file("refused.yaml", text);
  const ended = await cli(["eval", path, ...more], { env: envOf(fake) });
  expect(fake.requests).toEqual([]);
  expect([ended.code, ended.out]).toEqual([2, ""]);
  return ended.err.replaceAll(`${folder}/`, "");
}

test.each<[string, string | Uint8Array, RegExp]>([
  ["broken YAML", "tests: [", /refused\.yaml cannot be used: .* at line 1/],
  ["a tag of code", "tests: !!js/function 'x'", /cannot be used: Unresolved tag/],
  ["a billion laughs", LAUGHS, /cannot be used: Excessive alias count/],
  ["a key that reaches prototypes", "__proto__: { tests: [] }", /the key __proto__ is not allowed/],
  ["the same inside JSON", '{"a": {"constructor": 1}}', /the key constructor is not allowed/],
  ["depth", "[".repeat(20_000), /cannot be used/],
  ["no UTF-8", new Uint8Array([0xff, 0xfe, 0x41]), /it is not text in UTF-8/],
  ["a list", "- 1", /must be an object with prompts/],
  ["nothing", "", /must be an object with prompts/],
  ["no test", WHOLE.replace(/tests:[\s\S]*/, ""), /has no tests/],
  ["no assertion", WHOLE.replace(/ {4}assert.*\n/, ""), /tests\[0\]: has no assertion/],
  ["no provider", WHOLE.replace(/providers.*/, ""), /providers: there is none/],
  [
    "another provider",
    WHOLE.replace("opspawn:geo", "openai:gpt-5"),
    /openai:gpt-5 is not an agent/,
  ],
  ["code as a provider", WHOLE.replace("opspawn:geo", "file://x.js"), /x\.js is not an agent/],
  ["code as tests", WHOLE.replace(/tests:[\s\S]*/, "tests: file://t.py"), /no code is run/],
  ["a missing file", WHOLE.replace(/tests:[\s\S]*/, "tests: file://t.csv"), /no such file/],
  ["an unknown variable", WHOLE.replace("country:", "land:"), /\{\{ country \}\} is unknown/],
  ["an unknown field", `${WHOLE}\nprovders: [x]`, /unknown field provders/],
  ["scenarios", `${WHOLE}\nscenarios: []`, /scenarios is not supported/],
  ["extensions", `${WHOLE}\nextensions: [file://x.js]`, /extensions runs code/],
])("%s is refused before anything is submitted", async (_, text, why) => {
  expect(await refused(text)).toMatch(why);
});

test("all that is wrong is listed at once", async () => {
  const text = `
prompts: ["{{ q }}"]
providers: [opspawn:geo]
tests:
  - { vars: { q: a }, assert: [{ type: llm-rubric, value: x }, { type: javascript, value: "true" }] }
  - { vars: { q: b }, assert: [{ type: contians, value: x }] }
`;
  expect(await refused(text)).toMatch(
    /nothing was submitted\.\n {2}tests\[0\]\.assert\[0\]: .*asks a model.*\n {2}tests\[0\]\.assert\[1\]: .*runs code.*\n {2}tests\[1\]\.assert\[0\]: .*is unknown/,
  );
});

test.each([
  [["--compare", "geo@1"], /needs two agents/],
  [["--compare", "geo@1,geo@1"], /needs two agents/],
  [["--compare", "geo@1,geo@x"], /geo@x is not an agent/],
  [["--threshold", "2"], /from 0 to 1/],
  [["--output", "report.html"], /must be a file \.xml or \.json/],
  [["--filter", "Spain"], /No test matches/],
  [["--filter-metadata", "kind"], /must be key=value/],
  [["--run", "a b"], /id of an eval/],
  [["--repeat", "0"], /whole number of at least 1/],
])("%j is refused", async (more, why) => {
  expect(await refused(WHOLE, more)).toMatch(why);
});

test("a config that is not there is refused", async () => {
  const { code, err } = await cli(["eval", join(folder, "none.yaml")], {});
  expect([code, err]).toEqual([2, expect.stringMatching(/cannot read .*none\.yaml: there is no/)]);
});

const NO_AGENT = (asked: Asked): Answer =>
  asked.line === "GET /api/v1/agents/geo"
    ? problem(404, "not_found")
    : { status: 500, body: asked.line };

test("an agent that does not exist is refused before anything is submitted", async () => {
  const fake = await fakeService([], NO_AGENT);
  const { code, err } = await cli(["eval", file("whole.yaml", WHOLE)], { env: envOf(fake) });
  expect([code, err]).toEqual([2, expect.stringContaining("There is no agent geo.")]);
  expect(fake.requests).toHaveLength(1);
});

test("a version that does not exist is refused, too", async () => {
  const fake = await fakeService([], ({ line }) => ({
    status: 200,
    body: line.includes("/versions")
      ? { data: [{ version: 3 }, { version: 1 }], next_cursor: null }
      : { name: "geo", version: 3 },
  }));
  const compared = ["eval", file("whole.yaml", WHOLE), "--compare", "geo@3,2"];
  const { code, err } = await cli(compared, { env: envOf(fake) });
  expect([code, err]).toEqual([2, expect.stringContaining("has no version 2")]);
});

test("an interrupted eval says how to continue it, with the same options", async () => {
  const fake = await fakeService([], ({ line }) =>
    line.startsWith("GET")
      ? { status: 200, body: { name: "geo", version: 1 } }
      : { status: 0, by: () => undefined },
  );
  const acts: (() => void)[] = [];
  const { env, written } = cliEnvOf({ env: envOf(fake), onInterrupt: (act) => acts.push(act) });
  void runCli(["eval", file("whole.yaml", WHOLE), "--repeat", "2"], env);
  await vi.waitUntil(() => fake.requests.length > 1, { timeout: 30_000 });
  expect(() => acts[0]?.()).toThrow("ended with 130");
  expect(written.err).toMatch(
    /Continue with: opspawn eval \S+whole\.yaml --repeat 2 --run ev-[0-9a-f]{12}\n/,
  );
});

test("a service that is down is reported as for every command", async () => {
  const env = { OPSPAWN_URL: "http://127.0.0.1:9", OPSPAWN_KEY: "opsk_env" };
  const { code, err } = await cli(["eval", file("whole.yaml", WHOLE)], { env });
  expect([code, err]).toEqual([2, expect.stringContaining("Cannot reach Opspawn")]);
});

test("hostile YAML does not change objects, and merges keep working", () => {
  expect(() => readYaml('{"a": {"__proto__": {"isAdmin": true}}}')).toThrow("__proto__");
  expect(Reflect.get({}, "isAdmin")).toBeUndefined();
  expect(readYaml("a: &a { x: 1 }\nb: { <<: *a, y: 2 }")).toEqual({
    a: { x: 1 },
    b: { x: 1, y: 2 },
  });
  expect(() => readYaml("a: 1\na: 2")).toThrow("unique");
});

test("JUnit escapes markup, and has nothing that XML forbids", () => {
  const result: Result = {
    provider: "a<b>@1",
    name: `"]]></testcase><x y='1'>& \u0000\u001b[31m \ud800 \n`,
    test_index: 0,
    prompt_index: 0,
    repeat: 1,
    pass: false,
    score: 0,
    output: "<script>alert(1)</script>]]>",
    error: null,
    cost_usd: 0,
    latency_ms: 1234,
    tokens: 1,
    task_id: "task_1",
    agent_version: 1,
    assertions: [{ type: "contains", pass: false, score: 0, reason: 'expected "<"' }],
    vars: {},
    metadata: {},
  };
  const failing: Result = { ...result, error: "timeout: <slow>", assertions: [] };
  const xml = junitOf("Suite & <more>", ["a<b>@1"], [result, failing]);
  expect(xml).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="Suite &amp; &lt;more&gt;" tests="2" failures="1" errors="1" time="2.468">
      <testsuite name="a&lt;b&gt;@1" tests="2" failures="1" errors="1" time="2.468">
        <testcase classname="a&lt;b&gt;@1" name="&quot;]]&gt;&lt;/testcase&gt;&lt;x y=&apos;1&apos;&gt;&amp; ��[31m � &#10; (repeat 2)" time="1.234">
          <failure message="contains: expected &quot;&lt;&quot;" type="contains">&lt;script&gt;alert(1)&lt;/script&gt;]]&gt;</failure>
          <system-out>task task_1</system-out>
        </testcase>
        <testcase classname="a&lt;b&gt;@1" name="&quot;]]&gt;&lt;/testcase&gt;&lt;x y=&apos;1&apos;&gt;&amp; ��[31m � &#10; (repeat 2)" time="1.234">
          <error message="timeout: &lt;slow&gt;" type="timeout"/>
          <system-out>task task_1</system-out>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `);
  // oxlint-disable-next-line no-control-regex -- what XML forbids
  expect(xml).not.toMatch(/[\u0000-\u0008\u001b]/);
});

test("help and completion know the command", async () => {
  const { out } = await cli(["eval", "--help"]);
  expect(out).toContain("--filter-metadata key=value");
  expect((await cli(["completion", "bash"])).out).toContain("--max-cost");
  expect(readFileSync("docs/reference/cli.md", "utf8")).toContain("`eval <config>`");
});

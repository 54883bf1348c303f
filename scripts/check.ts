/**
 * All that can be said about the code without running it: one line a tool, with how much it
 * looked at. A tool that looked at nothing has failed, whatever it says: a wrong path or a parser
 * that does not fit looks like a clean result otherwise. Names of tools as arguments run only
 * those: `npm run check -- lint types`.
 */
import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { isDeepStrictEqual, stripVTControlCharacters } from "node:util";
import { missingEntries, readLock } from "./complete-lock.ts";
import { ensureConsole } from "./console-build.ts";
import { pictures, problemsOfPictures } from "./console-shots/stamp.ts";
import { buildAll, kib } from "./deploy/bundle.ts";
import { wranglerFor } from "./deploy/wrangler.ts";
import { checkLengths } from "./long-files.ts";
import { checkWords, WORDS_PAGE } from "./words.ts";

const root = resolve(import.meta.dirname, "..");
const bin = join(root, "node_modules", ".bin");

/** What buf makes of the definitions in `proto/`. */
const GENERATED = "src/grpc/gen";
const OPENAPI = "docs/openapi.json";

/**
 * Most that the compressed bundle may weigh. The platform takes 10 MiB; this is what we allow
 * ourselves, since all of it is loaded before a new isolate answers. To raise it is a decision: what
 * came in, and why it has to be in the Worker.
 */
const MOST_GZIP_BYTES = 1024 * 1024;

const ABSOLUTE = /^(?:\/|[A-Z]:[\\/])/;

interface Finding {
  /** What was looked at, for example `{ files: 120 }`. Each number must be above 0. */
  readonly saw: Readonly<Record<string, number>>;
  readonly ok: boolean;
  /** What to tell when it failed. */
  readonly output: string;
}

const tools: Readonly<Record<string, () => Finding | Promise<Finding>>> = {
  lock() {
    const lock = readLock();
    const wanted = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as LockRoot;
    const locked = lock.packages[""] as LockRoot;
    const differ = (["dependencies", "devDependencies"] as const).filter(
      (kind) => !isDeepStrictEqual(wanted[kind], locked[kind]),
    );
    const missing = [...missingEntries(lock).keys()];
    return {
      saw: { packages: Object.keys(lock.packages).length },
      ok: differ.length === 0 && missing.length === 0,
      output: [
        "npm ci would refuse this lock.",
        ...differ.map((kind) => `The ${kind} are not those of package.json: run npm install.`),
        ...missing.map((path) => `It lacks ${path}: run npm run fix.`),
      ].join("\n"),
    };
  },

  async format() {
    const { ok, output } = await run("oxfmt", "--check");
    return { saw: { files: numberIn(output, /on (\d+) files/) }, ok, output };
  },

  async lint() {
    const { ok, stdout, output } = await run("oxlint", "--format=json");
    const report = parse(stdout) as { number_of_files: number; number_of_rules: number } | null;
    const saw = { files: report?.number_of_files ?? 0, rules: report?.number_of_rules ?? 0 };
    return { saw, ok, output: ok || report === null ? output : (await run("oxlint")).output };
  },

  async types() {
    const halves = await Promise.all([
      run("tsc", "--listFiles"),
      run("tsc", "-p", "console", "--listFiles"),
      run("tsc", "-p", "templates", "--listFiles"),
      run("tsc", "-p", "templates/tsconfig.page.json", "--listFiles"),
    ]);
    const lines = halves.flatMap(({ stdout }) => stdout.split("\n"));
    const ours = lines.filter((line) => ABSOLUTE.test(line) && !line.includes("node_modules"));
    const rest = lines.filter((line) => !ABSOLUTE.test(line));
    return {
      saw: { files: new Set(ours).size },
      ok: halves.every(({ ok }) => ok),
      output: [...rest, ...halves.map(({ stderr }) => stderr)].join("\n"),
    };
  },

  async "worker types"() {
    const { ok, output } = await run("wrangler", "types", "src/worker-env.d.ts", "--check");
    const generated = readFileSync(join(root, "src/worker-env.d.ts"), "utf8");
    const bindings = /interface __BaseEnv_Env \{\n(?<lines>[^}]*)\}/.exec(generated)?.groups?.[
      "lines"
    ];
    return { saw: { bindings: bindings?.match(/;\n/g)?.length ?? 0 }, ok, output };
  },

  async proto() {
    const lint = await run("buf", "lint");
    const draft = mkdtempSync(join(root, "node_modules", ".proto-"));
    try {
      const made = await run("buf", "generate", `--output=${draft}`);
      const files = filesIn(join(draft, GENERATED));
      const same = isDeepStrictEqual(files, filesIn(join(root, GENERATED)));
      return {
        saw: { files: Object.keys(files).length },
        ok: lint.ok && made.ok && same,
        output: [
          lint.output,
          made.output,
          same ? "" : "The generated code is not that of proto/: run npm run proto.",
        ].join("\n"),
      };
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  },

  async "sdk types"() {
    const { ok, stdout, stderr } = await run("node", "scripts/sdk-types.ts", "--check");
    const python = await run("node", "scripts/python-client.ts", "--check");
    const halves = await Promise.all(
      ["sdk/tsconfig.web.json", "sdk/tsconfig.json"].map((project) =>
        run("tsc", "-p", project, "--noEmit"),
      ),
    );
    return {
      saw: { operations: numberIn(stdout, /(\d+) operations/) },
      ok: ok && python.ok && halves.every((half) => half.ok),
      output: [stderr, python.output, ...halves.map(({ output }) => output)].join("\n"),
    };
  },

  async imports() {
    const all = ["src", "test", "bench", "scripts", "sdk/src", "console/src"];
    const { ok, stdout, output } = await run("depcruise", ...all, "--output-type=json");
    const summary = (parse(stdout) as { summary: ImportSummary } | null)?.summary;
    const broken = (summary?.violations ?? []).map(
      ({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`,
    );
    return {
      saw: {
        modules: summary?.totalCruised ?? 0,
        imports: summary?.totalDependenciesCruised ?? 0,
      },
      ok: ok && broken.length === 0,
      output: summary === undefined ? output : broken.join("\n"),
    };
  },

  async openapi() {
    const { ok, stdout, stderr } = await run("node", "scripts/openapi.ts", "--check");
    return { saw: { operations: numberIn(stdout, /(\d+) operations/) }, ok, output: stderr };
  },

  async reference() {
    const { ok, stdout, stderr } = await run("node", "scripts/docs-reference.ts", "--check");
    return { saw: { fields: numberIn(stdout, /(\d+) fields/) }, ok, output: stderr };
  },

  async "api lint"() {
    const linters = await Promise.all([
      run("redocly", "lint", OPENAPI),
      run("spectral", "lint", OPENAPI, "--fail-severity=hint"),
    ]);
    const looked = linters.filter(({ output }) => /validated in|No results with/.test(output));
    return {
      saw: { linters: looked.length === linters.length ? linters.length : 0 },
      ok: linters.every(({ ok }) => ok),
      output: linters.map(({ ok, output }) => (ok ? "" : output)).join("\n"),
    };
  },

  async size() {
    const config = join(root, "wrangler.toml");
    const named = readFileSync(config, "utf8").matchAll(/^\[env\.([\w-]+)\]$/gm);
    const environments = Array.from(named, (match) => match[1] ?? "");
    await ensureConsole();
    const { gzip_bytes } = await buildAll(environments, (environment) =>
      wranglerFor({ config, environment }),
    );
    return {
      saw: { environments: environments.length, KiB: Math.round(gzip_bytes / 1024) },
      ok: gzip_bytes <= MOST_GZIP_BYTES,
      output: `The bundle is ${kib(gzip_bytes)} compressed, and at most ${kib(MOST_GZIP_BYTES)} are allowed; npm run size tells what is in it.`,
    };
  },

  lengths() {
    const { files, long, problems } = checkLengths(root);
    return {
      saw: { files, "long, with a reason": long },
      ok: problems.length === 0,
      output: problems.join("\n"),
    };
  },

  words() {
    const { files, terms, problems } = checkWords(root);
    return {
      saw: { files, terms },
      ok: problems.length === 0,
      output: [...problems, `${WORDS_PAGE} says what to write instead.`].join("\n"),
    };
  },

  pictures() {
    const problems = problemsOfPictures();
    return {
      saw: { pictures: pictures().length },
      ok: problems.length === 0,
      output: problems.join("\n"),
    };
  },

  async "dead code"() {
    const reporters = ["--reporter=symbols", "--reporter=./scripts/knip-count.ts"];
    const { ok, output } = await run("knip", "--no-progress", ...reporters);
    return { saw: { files: numberIn(output, /knip looked at (\d+) files/) }, ok, output };
  },
};

interface LockRoot {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface ImportSummary {
  readonly totalCruised: number;
  readonly totalDependenciesCruised: number;
  readonly violations: readonly { rule: { name: string }; from: string; to: string }[];
}

interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly output: string;
}

function run(command: string, ...args: string[]): Promise<Outcome> {
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
    WRANGLER_SEND_METRICS: "false",
  };
  return new Promise((settle, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    const stdout: string[] = [];
    const stderr: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => stdout.push(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => stderr.push(text));
    child.on("error", reject);
    child.on("close", (code) => {
      const out = stripVTControlCharacters(stdout.join(""));
      const err = stripVTControlCharacters(stderr.join(""));
      settle({ ok: code === 0, stdout: out, stderr: err, output: `${out}\n${err}`.trim() });
    });
  });
}

/** The text of every file in a folder, by its path there. */
function filesIn(folder: string): Readonly<Record<string, string>> {
  const paths = globSync("**/*.ts", { cwd: folder }).toSorted();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

function thrown(error: unknown): Finding {
  return { saw: {}, ok: false, output: String(error) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? 0);
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in tools));
if (unknown.length > 0) {
  console.error(
    `No tool is called ${unknown.join(", ")}; there are ${Object.keys(tools).join(", ")}.`,
  );
  process.exit(1);
}

// Side by side, told in their order.
const findings = Object.entries(tools)
  .filter(([name]) => asked.length === 0 || asked.includes(name))
  .map(([name, look]) => ({ name, finding: Promise.try(look).catch(thrown) }));
for (const { name, finding } of findings) {
  const { saw, ok, output } = await finding;
  const sawAll = Object.values(saw).every((count) => count > 0);
  const amount = Object.entries(saw).map(([what, count]) => `${count} ${what}`);
  const verdict = ok ? (sawAll ? "ok" : "failed: it looked at nothing") : "failed";
  console.log(`${name.padEnd(14)}${amount.join(", ").padEnd(30)}${verdict}`);
  if (!ok || !sawAll) {
    console.log(`${output.trim().replace(/^/gm, "    ")}\n`);
    process.exitCode = 1;
  }
}

/**
 * What a deployment uploads, and what starting it costs: builds the bundle as `wrangler deploy` does,
 * prints its size and the share of each large library, and profiles the start in workerd.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { ensureConsole } from "./console-build.ts";
import { kib } from "./deploy/bundle.ts";

/** Libraries of fewer bytes are not told one by one. */
const LARGE = 40_000;

interface Metafile {
  readonly outputs: Readonly<
    Record<
      string,
      { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }
    >
  >;
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const root = resolve(import.meta.dirname, "..");
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
await ensureConsole();
wrangler(
  "deploy",
  "--dry-run",
  "--outdir",
  dist,
  "--minify",
  "--metafile",
  join(dist, "meta.json"),
);

const files = readdirSync(dist, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(js|mjs|wasm|bin|txt|html|sql)$/.test(file))
  .map((file) => readFileSync(join(dist, file)));
const raw = files.reduce((sum, content) => sum + content.length, 0);
const gzip = files.reduce((sum, content) => sum + gzipSync(content).length, 0);
const libraries = shares(JSON.parse(readFileSync(join(dist, "meta.json"), "utf8")) as Metafile);
const startMs = startTime();

console.log(`${kib(raw)}, ${kib(gzip)} compressed; ${startMs} ms of work to start`);
for (const [name, bytes] of libraries.filter((row) => row[1] >= LARGE)) {
  console.log(`${name.padEnd(28)}${kib(bytes).padStart(12)}`);
}
console.log(
  JSON.stringify({ files: files.length, raw_bytes: raw, gzip_bytes: gzip, start_ms: startMs }),
);

function wrangler(...args: string[]): void {
  const run = spawnSync(join(root, "node_modules", ".bin", "wrangler"), args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
  });
  if (run.status !== 0) {
    console.error(run.stdout + run.stderr);
    process.exit(1);
  }
}

/** Bytes of each library in the bundle, largest first; what is ours under its own name. */
function shares({ outputs }: Metafile): [string, number][] {
  const sums = new Map<string, number>();
  for (const output of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const library = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? "opspawn";
      sums.set(library, (sums.get(library) ?? 0) + bytesInOutput);
    }
  }
  return [...sums].toSorted(([, a], [, b]) => b - a);
}

/** Milliseconds in which the start was at work, as workerd's profiler samples it on this machine. */
function startTime(): number {
  const folder = mkdtempSync(join(tmpdir(), "opspawn-start-"));
  const file = join(folder, "start.cpuprofile");
  try {
    wrangler("check", "startup", "--outfile", file);
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as Profile;
    const idle = new Set(
      nodes
        .filter(({ callFrame }) => /^\((?:idle|program)\)$/.test(callFrame.functionName))
        .map(({ id }) => id),
    );
    const busy = samples.reduce(
      (sum, id, at) => sum + (idle.has(id) ? 0 : (timeDeltas[at] ?? 0)),
      0,
    );
    return Math.round(busy / 1000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

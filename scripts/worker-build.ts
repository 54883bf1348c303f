/**
 * Builds the package `@opspawn/worker` in `library/`, from nothing: the bundle with the libraries
 * that users need not install, the declarations that its entry reaches, the migrations, the console,
 * and the bindings that this version needs.
 */
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { ensureConsole } from "./console-build.ts";
import { requirementsOf } from "./project/requirements.ts";

const root = resolve(import.meta.dirname, "..");
const library = join(root, "library");
const dist = join(library, "dist");
const types = join(dist, "types");

for (const made of ["dist", "migrations", "console", "requirements.json"]) {
  rmSync(join(library, made), { recursive: true, force: true });
}
await Promise.all([bundles(), commands(), ensureConsole()]);
declarations();
cpSync(join(root, "migrations"), join(library, "migrations"), { recursive: true });
cpSync(join(root, "console", "dist"), join(library, "console"), { recursive: true });
writeFileSync(
  join(library, "requirements.json"),
  `${JSON.stringify(requirementsOf(join(root, "wrangler.toml"), join(root, "migrations")), null, 2)}\n`,
);

async function bundles(): Promise<void> {
  const shared: BuildOptions = {
    bundle: true,
    format: "esm",
    target: "es2024",
    platform: "neutral",
    legalComments: "linked",
    logLevel: "warning",
    mainFields: ["module", "main"],
  };
  await build({
    ...shared,
    entryPoints: { index: "src/library/index.ts", node: "src/library/node.ts" },
    absWorkingDir: root,
    outdir: dist,
    // Keeps what is loaded on first use apart.
    splitting: true,
    conditions: ["workerd", "worker", "browser", "module", "import"],
    // What a user's code shares with the package, and what only some deployments use.
    external: [
      "zod",
      "hono",
      "openai",
      "@anthropic-ai/sdk",
      "@google/genai",
      "node:*",
      "cloudflare:*",
    ],
    alias: Object.fromEntries(
      ["ajv", "ajv-formats"].map((name) => [name, join(root, "src/agent/mcp/no-validator.ts")]),
    ),
    plugins: [
      {
        name: "node-names",
        setup: (bundler) => {
          bundler.onResolve(
            { filter: /^(?:crypto|buffer|util|stream|events|url|path|fs|process)$/ },
            (args) => ({
              path: `node:${args.path}`,
              external: true,
            }),
          );
        },
      },
    ],
  });
}

/** The commands of a project: those of this repository, which act on the folder they are run in. */
async function commands(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: { main: "scripts/project/main.ts" },
    outdir: join(dist, "project"),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    external: ["wrangler", "miniflare", "esbuild"],
    define: { "import.meta.dirname": "PROJECT_SCRIPTS" },
    banner: {
      js: 'import { join as joinPath } from "node:path";\nconst PROJECT_SCRIPTS = joinPath(process.cwd(), "scripts");',
    },
    logLevel: "warning",
  });
}

/** Emits the declarations, and deletes those that the entry does not reach. */
function declarations(): void {
  const tsc = join(root, "node_modules", ".bin", "tsc");
  const { status } = spawnSync(tsc, ["-p", "library"], { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) {
      return;
    }
    reached.add(file);
    const imports = readFileSync(file, "utf8").matchAll(
      /(?:from |import\()"(\.[^"]+)\.(?:js|ts)"/g,
    );
    for (const [, path = ""] of imports) {
      follow(join(dirname(file), `${path}.d.ts`));
    }
  };
  follow(join(types, "src", "library", "index.d.ts"));
  for (const name of readdirSync(types, { recursive: true, encoding: "utf8" })) {
    const file = join(types, name);
    if (name.endsWith(".d.ts") && !reached.has(file)) {
      rmSync(file);
    }
  }
}

/**
 * Builds the console into `console/dist`, the folder that `[assets]` of wrangler.toml serves:
 * `node scripts/console-build.ts`. Other programs call `ensureConsole`, which builds only if the
 * sources have changed since the last build.
 */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Metafile } from "esbuild";
import { ROOT } from "./local-key.ts";

const CONSOLE = join(ROOT, "console");
const DIST = join(CONSOLE, "dist");
const ENTRY = "console/src/main.ts";
/** What the entry loads at once, for every view. */
const PROGRAM = "console/src/app.tsx";
/** Views that the entry loads with it, by the name of the `<meta>` that lists their files. */
const VIEWS = {
  "run-files": "console/src/shell/run-views.ts",
  "other-files": "console/src/shell/other-views.ts",
};
const STYLES = "console/src/style/index.css";
const ICON = "console/icon.svg";
const SOURCES = [
  "console/{src/**/*.*,index.html,_headers,icon.svg,tsconfig.json}",
  "sdk/src/*.ts",
  "sdk/src/view/*.ts",
  "scripts/console-build.ts",
  "package-lock.json",
];
/** First line of the built `_headers`, which is written last: the sources that the build is of. */
const STAMP = "# Built from ";

/** Builds the console if it is missing or older than its sources. @throws Error if it does not build */
export async function ensureConsole(): Promise<void> {
  if (!isConsoleBuilt()) {
    await buildConsole();
  }
}

/** Whether `console/dist` is what these sources make. */
export function isConsoleBuilt(): boolean {
  try {
    return readFileSync(join(DIST, "_headers"), "utf8").startsWith(`${STAMP}${hashConsole()}\n`);
  } catch {
    return false;
  }
}

function hashConsole(): string {
  const hash = createHash("sha256");
  for (const file of globSync(SOURCES, { cwd: ROOT }).toSorted()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** Builds the console into a new folder, and then replaces the last build by it. */
async function buildConsole(): Promise<void> {
  // Loading esbuild takes longer than to see that nothing changed.
  const { build } = await import("esbuild");
  // Hashed before the build: a file that changes during it is built again next time.
  const stamp = hashConsole();
  const draft = await mkdtemp(join(CONSOLE, ".dist-"));
  try {
    const folder = join(draft, "console");
    const { metafile } = await build({
      absWorkingDir: ROOT,
      entryPoints: { main: ENTRY, style: STYLES, icon: ICON },
      outdir: join(folder, "assets"),
      entryNames: "[name]-[hash]",
      chunkNames: "[name]-[hash]",
      assetNames: "[name]-[hash]",
      bundle: true,
      splitting: true,
      format: "esm",
      minify: true,
      target: ["es2022", "chrome123", "firefox120", "safari17.5"],
      loader: { ".svg": "copy" },
      jsx: "automatic",
      jsxImportSource: "preact",
      legalComments: "none",
      metafile: true,
      logLevel: "silent",
    });
    await mkdir(folder, { recursive: true });
    const html = await readFile(join(CONSOLE, "index.html"), "utf8");
    await writeFile(join(folder, "index.html"), withNames(html, metafile));
    const headers = await readFile(join(CONSOLE, "_headers"), "utf8");
    await writeFile(join(draft, "_headers"), `${STAMP}${stamp}\n${headers}`);
    await rm(DIST, { recursive: true, force: true });
    // Another process may have been faster: its build is as good.
    await rename(draft, DIST).catch((error: unknown) => {
      if (!isConsoleBuilt()) {
        throw error;
      }
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Replaces the names of the template by those of the built files. */
function withNames(html: string, { outputs }: Metafile): string {
  const built = new Map(
    Object.entries(outputs).map(([path, { entryPoint }]) => [entryPoint, basename(path)]),
  );
  const nameOf = (entry: string): string => {
    const name = built.get(entry);
    if (name === undefined) {
      throw new Error(`The build made nothing of ${entry}.`);
    }
    return name;
  };
  const pathOf = (entry: string): string =>
    Object.keys(outputs).find((path) => outputs[path]?.entryPoint === entry) ?? "";
  const start = withImports(outputs, pathOf(ENTRY));
  const program = withImports(outputs, pathOf(PROGRAM)).filter((path) => !start.includes(path));
  // Without these a browser asks for a file only once it has the one that imports it.
  const links = [...start.slice(1), ...program].map(
    (path) => `<link rel="modulepreload" href="/console/assets/${basename(path)}" />`,
  );
  const lists = Object.entries(VIEWS).map(([name, view]) => {
    const files = withImports(outputs, pathOf(view)).filter(
      (path) => !start.includes(path) && !program.includes(path),
    );
    return `<meta name="${name}" content="${files.map((path) => basename(path)).join(" ")}" />`;
  });
  const head = [...links, ...lists].map((line) => `\n    ${line}`).join("");
  return html
    .replace("\n  </head>", `${head}\n  </head>`)
    .replace("assets/main.js", `assets/${nameOf(ENTRY)}`)
    .replace("assets/main.css", `assets/${nameOf(STYLES)}`)
    .replace("assets/icon.svg", `assets/${nameOf(ICON)}`);
}

/** Returns a file, the files that it imports before it runs, and those that these import. */
function withImports(outputs: Metafile["outputs"], from: string): string[] {
  const found = new Set([from]);
  for (const path of found) {
    for (const { path: file, kind } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement") {
        found.add(file);
      }
    }
  }
  return [...found];
}

if (import.meta.main) {
  const startedAt = performance.now();
  await buildConsole();
  const ms = Math.round(performance.now() - startedAt);
  console.log(`Built ${dirname(DIST).split("/").at(-1)}/dist in ${ms} ms.`);
}

/** The package `opspawn` as its users have it: built, packed, and installed in a folder of its own. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "..");
const run = promisify(execFile);

export interface InstalledPackage extends AsyncDisposable {
  /** The folder of a project that depends on it. */
  readonly folder: string;
  /** Where the package itself is. */
  readonly path: string;
  /** The program. */
  readonly bin: string;
  /** What was packed. */
  readonly files: readonly string[];
  readonly manifest: Readonly<Record<string, unknown>>;
}

interface Packed {
  /** Path of the archive. */
  readonly archive: string;
  readonly files: readonly string[];
}

/** Environment variable by which files of tests find what was packed. */
const PACKED = "OPSPAWN_PACKED";

/** Builds and packs it into a folder, once for all files of tests: a build deletes the one before. */
export async function packPackage(folder: string): Promise<void> {
  await run(process.execPath, [join(ROOT, "scripts", "sdk-build.ts")]);
  const packing = ["pack", "--json", `--pack-destination=${folder}`];
  const { stdout } = await run("npm", packing, { cwd: join(ROOT, "sdk") });
  const [made] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  const packed: Packed = {
    archive: join(folder, made.filename),
    files: made.files.map((file) => file.path),
  };
  process.env[PACKED] = JSON.stringify(packed);
}

function readPacked(): Packed {
  return JSON.parse(process.env[PACKED] ?? "{}") as Packed;
}

/** Unpacks what `packPackage` packed into a folder, which it makes: quicker than an installation. */
export async function unpackPackage(folder: string): Promise<void> {
  await mkdir(folder);
  await run("tar", ["xzf", readPacked().archive, "--strip-components=1", "-C", folder]);
}

/** Path of the archive that `packPackage` packed. */
export function packedArchive(): string {
  return readPacked().archive;
}

/** Installs what `packPackage` packed; no registry is asked, since it needs no other package. */
export async function installPackage(): Promise<InstalledPackage> {
  const { archive, files } = readPacked();
  const folder = await mkdtemp(join(tmpdir(), "opspawn-package-"));
  await writeFile(join(folder, "package.json"), '{"private": true, "type": "module"}');
  const installing = ["install", "--offline", "--no-audit", "--no-fund", archive];
  await run("npm", installing, { cwd: folder });
  const path = join(folder, "node_modules", "opspawn");
  return {
    folder,
    path,
    bin: join(folder, "node_modules", ".bin", "opspawn"),
    files,
    manifest: JSON.parse(await readFile(join(path, "package.json"), "utf8")) as Record<
      string,
      unknown
    >,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

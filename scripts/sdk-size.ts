/** What the package `opspawn` weighs: as it is downloaded, and what a page that imports it loads. */
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
}

const sdk = resolve(import.meta.dirname, "..", "sdk");
execFileSync(process.execPath, [resolve(import.meta.dirname, "sdk-build.ts")], {
  stdio: "inherit",
});
const out = execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: sdk, encoding: "utf8" });
const [packed] = JSON.parse(out) as [Packed];
const { outputFiles } = await build({
  entryPoints: [join(sdk, "dist", "index.js")],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  write: false,
});
const code = outputFiles[0]?.contents ?? new Uint8Array();
const gzip = gzipSync(code).length;

console.log(
  `package: ${kib(packed.size)} packed, ${kib(packed.unpackedSize)} in ${packed.entryCount} files`,
);
console.log(`import "opspawn": ${kib(code.length)} minified, ${kib(gzip)} compressed`);
console.log(
  JSON.stringify({
    packed_bytes: packed.size,
    unpacked_bytes: packed.unpackedSize,
    minified_bytes: code.length,
    gzip_bytes: gzip,
  }),
);

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

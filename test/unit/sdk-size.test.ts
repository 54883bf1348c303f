/** What a page that imports the package `opspawn` loads, as the documentation states it. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

test("the client weighs what its page says, to half a KiB", async () => {
  const { outputFiles } = await build({
    entryPoints: [join(root, "sdk/src/index.ts")],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  const kib = gzipSync(outputFiles[0]?.contents ?? new Uint8Array()).length / 1024;
  const page = readFileSync(join(root, "docs/reference/sdk.md"), "utf8");
  const stated = Number(/\((\d+) KiB compressed\)/.exec(page)?.[1]);
  expect(Math.abs(kib - stated), `it is ${kib.toFixed(1)} KiB`).toBeLessThanOrEqual(0.5);
});

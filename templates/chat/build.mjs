/** Builds what is served as files: the page, and the console of the package. wrangler runs it. */
import { cpSync, rmSync } from "node:fs";
import { build } from "esbuild";

rmSync("public", { recursive: true, force: true });
cpSync("node_modules/@opspawn/worker/console", "public", { recursive: true });
cpSync("page/index.html", "public/index.html");
await build({
  entryPoints: ["page/main.tsx", "page/main.css"],
  outdir: "public",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});

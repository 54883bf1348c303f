/**
 * Writes `sdk/src/gen/api.ts`, the types of the API as its document has them; with `--check` only
 * says whether the file is what the document makes. Refusals and headers are left out: every one has
 * the same form, which the SDK has by hand.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const FILE = resolve(root, "sdk/src/gen/api.ts");

// The generator prints through the compiler's old API, which TypeScript 7 does not have.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === "typescript" ? "@ts-morph/common/dist/typescript.js" : specifier, context),
});
const { astToString: print, default: openapiTs } = await import("openapi-typescript");

/**
 * Any JSON is `unknown` and any object a record, where the generator sees an object with nothing in
 * it; and without the examples, which are most of the text, and discriminators, which the union of
 * types says as well.
 */
function open(part: unknown): unknown {
  if (Array.isArray(part)) {
    return part.map(open);
  }
  if (typeof part !== "object" || part === null) {
    return part;
  }
  const { example: _, discriminator: _types, ...rest } = part as Readonly<Record<string, unknown>>;
  const copy = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      // A map by name: nothing in it is a keyword.
      key === "properties" ? mapValues(value as object, open) : open(value),
    ]),
  );
  const { type, properties, additionalProperties, description } = copy;
  if (properties !== undefined || additionalProperties !== undefined) {
    return copy;
  }
  if (Array.isArray(type) && type.includes("object") && type.includes("array")) {
    return description === undefined ? {} : { description };
  }
  const isObject = type === "object" || (Array.isArray(type) && type.includes("object"));
  return isObject ? { ...copy, additionalProperties: true } : copy;
}

function mapValues(map: object, change: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

interface Operation {
  responses: Record<string, { headers?: unknown; content?: unknown }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; parameters?: unknown };
}

const written = readFileSync(resolve(root, "docs/openapi.json"), "utf8");
const document = JSON.parse(written) as Document;
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
for (const operation of operations) {
  operation.responses = Object.fromEntries(
    Object.entries(operation.responses)
      .filter(([status]) => status.startsWith("2"))
      .map(([status, { content }]) => [status, { description: "", content }]),
  );
}
const { schemas } = document.components;
const made = await openapiTs(JSON.stringify(open({ ...document, components: { schemas } })), {
  // What a request may leave out it may leave out, whether or not the service fills it in.
  defaultNonNullable: false,
  immutable: true,
});
// The index of paths would say once more what the operations say.
const used = made.filter((node) => /^export interface (operations|components) /.test(print(node)));
const text = `/** Made by \`npm run sdk:types\` from docs/openapi.json; not to be changed by hand. */\n${print(used)}`;

if (process.argv.includes("--check")) {
  console.log(`${operations.length} operations`);
  if (readFileSync(FILE, "utf8") !== text) {
    console.error("sdk/src/gen/api.ts is not that of docs/openapi.json: run npm run sdk:types.");
    process.exitCode = 1;
  }
} else {
  writeFileSync(FILE, text);
}

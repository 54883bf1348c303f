/** The recorded conversations of `../shared/fixtures/llm`, read where they are; never copied. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { JsonObject } from "../../src/run/value/json.ts";

const FOLDER = resolve(import.meta.dirname, "../../../shared/fixtures/llm");

export interface Exchange {
  readonly request: { readonly method: string; readonly url: string; readonly body: unknown };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body_text: string;
  };
}

export interface Recording {
  /** Its path in the folder. */
  readonly file: string;
  readonly provider: string;
  readonly api: string;
  readonly exchanges: readonly Exchange[];
}

/** All of them but those of MCP; null where the folder is missing. */
export function readRecordings(): Recording[] | null {
  const index = resolve(FOLDER, "index.json");
  if (!existsSync(index)) {
    if (process.env["REQUIRE_FIXTURES"] === "1") {
      throw new Error(`The recorded conversations are missing: ${FOLDER}`);
    }
    return null;
  }
  const rows = JSON.parse(readFileSync(index, "utf8")) as { file: string; provider: string }[];
  return rows
    .filter(({ provider }) => provider !== "mcp")
    .map(({ file }) => {
      const recording = JSON.parse(readFileSync(resolve(FOLDER, file), "utf8")) as Recording;
      return Object.assign(recording, { file });
    });
}

/** The body of a request where it is a model's, else null. */
export function modelRequest({ request }: Exchange): JsonObject | null {
  const { body, method } = request;
  return method === "POST" && typeof body === "object" && body !== null
    ? (body as JsonObject)
    : null;
}

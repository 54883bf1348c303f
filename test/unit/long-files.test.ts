/** The check of file lengths: what it finds, and that a reason that is not needed fails. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkLengths } from "../../scripts/long-files.ts";

test("a file above 400 lines needs a reason, and only such a file may have one", () => {
  const root = mkdtempSync(join(tmpdir(), "long-files-"));
  try {
    mkdirSync(join(root, "src/grpc/gen"), { recursive: true });
    writeFileSync(join(root, "src/long.ts"), "\n".repeat(401));
    writeFileSync(join(root, "src/short.ts"), "\n".repeat(400));
    writeFileSync(join(root, "src/grpc/gen/made.ts"), "\n".repeat(900));
    expect(checkLengths(root, {}).problems).toEqual([
      expect.stringContaining("src/long.ts has 401 lines"),
    ]);
    expect(checkLengths(root, { "src/long.ts": "one table" })).toEqual({
      files: 2,
      long: 1,
      problems: [],
    });
    expect(checkLengths(root, { "src/long.ts": "one table", "src/short.ts": "" }).problems).toEqual(
      [expect.stringContaining("src/short.ts has at most 400 lines")],
    );
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("every long file of the project has its reason", () => {
  const { files, problems } = checkLengths(".");
  expect(files).toBeGreaterThan(400);
  expect(problems).toEqual([]);
});

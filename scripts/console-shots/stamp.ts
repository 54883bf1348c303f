/** Which sources the pictures of the console are of: a hash next to them, compared by `npm run check`. */
import { createHash } from "node:crypto";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../local-key.ts";

/** Where the pictures are. */
export const IMAGES = join(ROOT, "docs", "images");
const STAMP = join(IMAGES, "console.sha256");
/** What can change how a view looks. */
const SOURCES = [
  "console/src/{answers,parts,shell,timeline,views}/**/*.tsx",
  "console/src/style/*.css",
  "scripts/console-shots.ts",
  "scripts/console-shots/{seed,views}.ts",
];
/** All pictures together may weigh this much. */
const MOST_BYTES = 1_500_000;

/** The pictures of the console, by their names in `docs/images`. */
export function pictures(): string[] {
  return globSync("console-*.webp", { cwd: IMAGES }).toSorted();
}

/** Says what is wrong with the pictures; nothing if they are current and small. */
export function problemsOfPictures(): string[] {
  const bytes = pictures().reduce((sum, name) => sum + readFileSync(join(IMAGES, name)).length, 0);
  return [
    ...(stampNow() === stampThen()
      ? []
      : ["The pictures are not of these sources: run npm run console:shots."]),
    ...(bytes > MOST_BYTES ? [`The pictures weigh ${bytes} bytes, at most ${MOST_BYTES}.`] : []),
  ];
}

/** Notes that the pictures are of the sources as they are now. */
export function writeStamp(): void {
  writeFileSync(STAMP, `${stampNow()}\n`);
}

function stampThen(): string | null {
  try {
    return readFileSync(STAMP, "utf8").trim();
  } catch {
    return null;
  }
}

function stampNow(): string {
  const hash = createHash("sha256");
  for (const file of globSync(SOURCES, { cwd: ROOT }).toSorted()) {
    hash
      .update(`${file.replaceAll("\\", "/")}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

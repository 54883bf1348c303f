/** The bytes of a state folder, for tests of what is left on the disk. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** Returns the names of the files, at any depth of the folder, whose bytes have this text. */
export async function filesWith(folder: string, text: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const file of files.filter((one) => one.isFile())) {
    const path = join(file.parentPath, file.name);
    if ((await readFile(path)).includes(text)) {
      found.push(relative(folder, path));
    }
  }
  return found.toSorted();
}

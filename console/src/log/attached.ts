/** The files of a task, as its input names them. */

/** A file of a task. */
export interface AttachedFile {
  readonly sha256: string;
  readonly name: string;
  readonly media_type: string;
  readonly bytes: number;
}

/** Returns the files in a task's input, in order. */
export function attachedIn(input: Readonly<Record<string, unknown>>): readonly AttachedFile[] {
  const { attachments } = input;
  return Array.isArray(attachments) ? attachments.filter(isFile) : [];
}

function isFile(value: unknown): value is AttachedFile {
  return (
    typeof value === "object" &&
    value !== null &&
    "sha256" in value &&
    "name" in value &&
    "media_type" in value &&
    "bytes" in value &&
    typeof value.sha256 === "string" &&
    typeof value.name === "string" &&
    typeof value.media_type === "string" &&
    typeof value.bytes === "number"
  );
}

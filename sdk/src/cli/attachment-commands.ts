/** Commands for files that tasks have as inputs. */
import { basename, extname } from "node:path";
import type { Attachment, SubmitTask } from "../model.ts";
import type { Call, Command } from "./command.ts";
import { EXIT } from "./cli-env.ts";
import { readBytes } from "./input.ts";
import { printList } from "./listing.ts";
import { printResult } from "./output.ts";

/** Media types by the end of a file's name. Any other file is sent as plain text. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".pdf": "application/pdf",
  ".md": "text/markdown",
  ".csv": "text/csv",
  ".html": "text/html",
  ".xml": "text/xml",
};
/** Digits of a hash in a table. */
const SHORT_HASH = 12;

const list: Command = {
  name: "attachments list",
  arguments: [],
  about: "List uploaded files: size, media type, and how many tasks use them",
  options: [],
  run: (call) =>
    printList(
      call,
      call.client().attachments.list(),
      ["FILE", "TYPE", "BYTES", "TASKS"],
      ({ sha256, media_type, bytes, tasks }) => [
        sha256.slice(0, SHORT_HASH),
        media_type,
        String(bytes),
        String(tasks),
      ],
    ),
};

const upload: Command = {
  name: "attachments create",
  aliases: ["attachments upload"],
  arguments: [{ name: "file" }],
  about: "Upload a PDF or text file, and print its hash",
  more: "Tasks name the file by its hash. The same file again changes nothing. A file that no task uses is deleted after a day.",
  options: [],
  async run(call) {
    const file = await uploaded(call, call.args.word("file"));
    return printResult(call, file, ({ sha256 }) => `${sha256}\n`);
  },
};

const remove: Command = {
  name: "attachments delete",
  arguments: [{ name: "sha256" }],
  about: "Delete a file that no task uses",
  options: [],
  async run({ args, client }) {
    await client().attachments.delete(args.word("sha256"));
    return EXIT.completed;
  },
};

export const ATTACHMENT_COMMANDS: readonly Command[] = [list, upload, remove];

/** Uploads the files of `--attach`, and returns the task with them. @throws UsageError */
export async function withAttachments(call: Call, task: SubmitTask): Promise<SubmitTask> {
  const paths = call.args.texts("attach");
  if (paths.length === 0) {
    return task;
  }
  const attachments: { sha256: string; name: string }[] = [];
  for (const path of paths) {
    const { sha256 } = await uploaded(call, path);
    attachments.push({ sha256, name: basename(path) });
  }
  return { ...task, input_data: { ...task.input_data, attachments } };
}

async function uploaded({ client }: Call, path: string): Promise<Attachment> {
  const content = await readBytes(path);
  const mediaType = MEDIA_TYPES[extname(path).toLowerCase()] ?? "text/plain";
  return client().attachments.upload(content, { mediaType });
}

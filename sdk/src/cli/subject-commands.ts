/** Commands for subjects: whom or what tasks are about. */
import type { Argument } from "./option.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./cli-env.ts";
import { lineOf } from "./output.ts";

const SUBJECT: Argument = { name: "subject" };

const exportAll: Command = {
  name: "subjects export",
  arguments: [SUBJECT],
  about: "Print everything that is stored about a subject, a record of JSON on each line",
  more: "Memory stores with their content; the ids of tasks, conversations and schedules.",
  options: [],
  async run(call) {
    for await (const record of call.client().subjects.export(call.args.word("subject"))) {
      await call.cli.stdout.print(lineOf(call, record));
    }
    return EXIT.completed;
  },
};

export const SUBJECT_COMMANDS: readonly Command[] = [exportAll];

/** Commands for subjects: whom or what tasks are about. */
import type { Argument } from "./option.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./cli-env.ts";
import { lineOf, printResult } from "./output.ts";
import type { SubjectDeletion } from "../model.ts";

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

const remove: Command = {
  name: "subjects delete",
  arguments: [SUBJECT],
  about: "Delete what is stored about a subject: memory, schedules and tasks",
  more: "Without --yes it deletes nothing and prints how much there is. Tasks that run are cancelled. The service continues by itself; `subjects deletion` shows its progress.",
  options: [
    { name: "keep-tasks", about: "keep tasks that have ended, with their logs" },
    { name: "yes", short: "y", about: "delete it; it cannot be restored" },
  ],
  async run(call) {
    const { subjects } = call.client();
    const subject = call.args.word("subject");
    if (!call.args.flag("yes")) {
      const counts: Record<string, number> = {};
      for await (const { kind } of subjects.export(subject)) {
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
      return printResult(call, { subject, stored: counts }, ({ stored }) => {
        const found = Object.entries(stored).map(
          ([kind, count]) => `  ${kind.padEnd(14)}${count}\n`,
        );
        return `Stored about ${subject}:\n${found.join("")}Nothing is deleted. To delete it, add --yes.\n`;
      });
    }
    const tasks = call.args.flag("keep-tasks") ? "keep" : "delete";
    return printResult(call, await subjects.delete(subject, { tasks }), deletionText);
  },
};

const deletion: Command = {
  name: "subjects deletion",
  arguments: [SUBJECT],
  about: "Show the last deletion of a subject, and what it has deleted",
  options: [],
  async run(call) {
    const job = await call.client().subjects.deletion(call.args.word("subject"));
    return printResult(call, job, deletionText);
  },
};

function deletionText({ subject, status, tasks, report }: SubjectDeletion): string {
  return [
    `${subject}: ${status}${tasks === "keep" ? ", tasks that have ended stay" : ""}`,
    `  memory stores   ${report.stores}, with ${report.memories} items and blocks`,
    `  schedules       ${report.schedules}`,
    `  tasks           ${report.tasks_deleted} deleted, ${report.tasks_cancelled} cancelled before`,
    "",
  ].join("\n");
}

export const SUBJECT_COMMANDS: readonly Command[] = [exportAll, remove, deletion];

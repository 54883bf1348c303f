/** Commands for schedules. A schedule is given by its id or its name. */
import { APIError } from "../errors.ts";
import type {
  BackfillSchedule,
  Firing,
  PreviewSchedule,
  Schedule,
  TriggerSchedule,
  WriteSchedule,
} from "../model.ts";
import type { Call, Command } from "./command.ts";
import { definitionIn, FILE } from "./definition.ts";
import { firstOf, printList } from "./listing.ts";
import type { Argument, Option } from "./option.ts";
import { printJson, printResult } from "./output.ts";
import { EXIT, StateError, UsageError } from "./cli-env.ts";

const SCHEDULE: Argument = { name: "schedule" };
const DEFINITION = "a schedule as JSON: {name, spec, action: {task}, policy?}";
const NOTE: Option = { name: "note", value: "text", about: "why, for people" };
const OVERLAP: Option = {
  name: "overlap",
  value: "policy",
  about: "what happens if a task of the schedule has not ended (default: the schedule's policy)",
  choices: ["skip", "queue_one", "allow", "cancel_running"],
};
const STATUSES = [
  "due",
  "queued",
  "started",
  "skipped_overlap",
  "missed",
  "refused",
  "excluded",
] as const;
const COUNT: Option = { name: "n", value: "count", about: "how many (default: 10)" };
const FIRES = ["OCCURRENCE", "TRIGGER", "STATUS", "TASK", "REASON"];
const NEXT = ["AT", "LOCAL", "NOTE"];

const list: Command = {
  name: "schedules list",
  arguments: [],
  about: "List schedules and when they fire next",
  options: [],
  run: (call) =>
    printList(
      call,
      call.client().schedules.list(),
      ["SCHEDULE", "NAME", "STATE", "NEXT", "STARTED", "SKIPPED"],
      (one) => [
        one.id,
        one.name,
        one.state,
        one.next_at ?? "",
        String(one.started),
        String(one.skipped),
      ],
    ),
};

const get: Command = {
  name: "schedules get",
  arguments: [SCHEDULE],
  about: "Print a schedule as JSON",
  options: [],
  run: async (call) => printJson(call, await scheduleIn(call)),
};

const putOne: Command = {
  name: "schedules put",
  aliases: ["schedules create", "schedules update"],
  arguments: [FILE],
  about: "Create a schedule, or replace the one of the same name, from a JSON file",
  more: "The file contains {name, spec, action, policy?}. Use - for standard input. Warnings go to standard error.",
  options: [],
  async run(call) {
    const wanted = await definitionIn<WriteSchedule>(call, DEFINITION);
    const { schedules } = call.client();
    const made = await schedules.create(wanted).catch(async (error: unknown) => {
      if (!(error instanceof APIError && error.code === "schedule_exists")) {
        throw error;
      }
      return schedules.replace((await named(call, wanted.name)).id, wanted);
    });
    for (const warning of made.warnings ?? []) {
      call.cli.stderr.write(`${warning}\n`);
    }
    return printSchedule(call, made);
  },
};

const remove: Command = {
  name: "schedules delete",
  arguments: [SCHEDULE],
  about: "Delete a schedule; its tasks stay",
  options: [],
  async run(call) {
    await call.client().schedules.delete(await idIn(call));
    return EXIT.completed;
  },
};

const pause: Command = {
  name: "schedules pause",
  arguments: [SCHEDULE],
  about: "Pause a schedule",
  options: [NOTE],
  run: async (call) =>
    printSchedule(call, await call.client().schedules.pause(await idIn(call), noteIn(call))),
};

const resume: Command = {
  name: "schedules resume",
  arguments: [SCHEDULE],
  about: "Resume a paused schedule; nothing of the pause is made",
  options: [NOTE],
  run: async (call) =>
    printSchedule(call, await call.client().schedules.resume(await idIn(call), noteIn(call))),
};

const trigger: Command = {
  name: "schedules trigger",
  arguments: [SCHEDULE],
  about: "Fire a schedule now and print its task",
  more: "A paused schedule fires too. Exits with 1 if the firing was skipped or refused.",
  options: [
    { name: "at", value: "time", about: "nominal time that the task is for (default: now)" },
    OVERLAP,
  ],
  async run(call) {
    const at = call.args.text("at");
    const body: TriggerSchedule = {
      ...(at !== undefined && { occurrence_at: at }),
      ...overlapIn(call),
    };
    const firing = await call.client().schedules.trigger(await idIn(call), body);
    await printResult(call, firing, (one) => `${one.task_id ?? one.status}\n`);
    if (firing.task_id !== null || firing.status === "queued" || firing.status === "due") {
      return EXIT.completed;
    }
    call.cli.stderr.write(`The firing was not made: ${firing.detail ?? firing.status}.\n`);
    return EXIT.failed;
  },
};

const backfill: Command = {
  name: "schedules backfill",
  arguments: [SCHEDULE],
  about: "Make past occurrences that have no task",
  more: "At most 1,000 occurrences. Repeating it makes nothing new.",
  options: [
    { name: "from", value: "time", about: "first nominal time" },
    { name: "to", value: "time", about: "no occurrence at or after this time" },
    OVERLAP,
    { name: "dry-run", about: "only show the occurrences" },
  ],
  async run(call) {
    const { args } = call;
    const [from, to] = [args.text("from"), args.text("to")];
    if (from === undefined || to === undefined) {
      throw new UsageError("Set --from and --to.");
    }
    const body: BackfillSchedule = {
      from,
      to,
      dry_run: args.flag("dry-run"),
      ...overlapIn(call),
    };
    const made = await call.client().schedules.backfill(await idIn(call), body);
    return printResult(call, made, ({ occurrences }) =>
      occurrences.map((at) => `${at}\n`).join(""),
    );
  },
};

const fires: Command = {
  name: "schedules fires",
  arguments: [SCHEDULE],
  about: "List firings, made or not, newest occurrence first",
  options: [{ name: "status", value: "status", about: "only these firings", choices: STATUSES }],
  async run(call) {
    const status = STATUSES.find((one) => one === call.args.text("status"));
    const query = status === undefined ? {} : { status };
    return printList(call, call.client().schedules.fires(await idIn(call), query), FIRES, rowOf);
  },
};

const next: Command = {
  name: "schedules next",
  arguments: [SCHEDULE],
  about: "List the next occurrences",
  options: [COUNT],
  async run(call) {
    const occurrences = call.client().schedules.next(await idIn(call));
    const shown = firstOf(call.args.whole("n") ?? 10, occurrences);
    return printList(call, shown, NEXT, ({ at, local, note }) => [at, local, note ?? ""]);
  },
};

const preview: Command = {
  name: "schedules preview",
  arguments: [FILE],
  about: "Show the occurrences of a schedule that does not exist yet, from a JSON file",
  more: "The file is that of `schedules put`.",
  options: [COUNT],
  async run(call) {
    const { name, spec } = await definitionIn<WriteSchedule>(call, DEFINITION);
    const body: PreviewSchedule = { name, spec, limit: call.args.whole("n") ?? 10 };
    const { data } = await call.client().schedules.preview(body);
    return printList(call, data, NEXT, ({ at, local, note }) => [at, local, note ?? ""]);
  },
};

export const SCHEDULE_COMMANDS: readonly Command[] = [
  list,
  get,
  putOne,
  remove,
  pause,
  resume,
  trigger,
  backfill,
  fires,
  next,
  preview,
];

function rowOf({ occurrence_at, trigger: by, status, task_id, reason, count }: Firing) {
  const times = count > 1 ? ` ×${count}` : "";
  return [occurrence_at, by, `${status}${times}`, task_id ?? "", reason ?? ""];
}

function printSchedule(call: Call, schedule: Schedule): Promise<number> {
  return printResult(call, schedule, ({ id, state, next_at }) => {
    return `${id} ${state}${next_at === null ? "" : ` next ${next_at}`}\n`;
  });
}

function noteIn({ args }: Call) {
  const note = args.text("note");
  return note === undefined ? {} : { note };
}

function overlapIn({ args }: Call): Pick<TriggerSchedule, "overlap"> {
  const overlap = args.text("overlap");
  switch (overlap) {
    case "skip":
    case "queue_one":
    case "allow":
    case "cancel_running":
      return { overlap };
    default:
      return {};
  }
}

/** Returns the id of the schedule that is named by its id or name. */
async function idIn(call: Call): Promise<string> {
  const given = call.args.word("schedule");
  return given.startsWith("schedule_") ? given : (await named(call, given)).id;
}

async function scheduleIn(call: Call): Promise<Schedule> {
  return call.client().schedules.get(await idIn(call));
}

/** @throws StateError if there is no schedule of this name */
async function named(call: Call, name: string): Promise<Schedule> {
  for await (const one of call.client().schedules.list({ limit: 100 })) {
    if (one.name === name) {
      return one;
    }
  }
  throw new StateError(`There is no schedule named ${name}.`);
}

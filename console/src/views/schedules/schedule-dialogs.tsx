/** Dialogs that make, change, pause, fire and delete schedules. */
import type { Schedule } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { toast } from "../../parts/toast.tsx";
import { go } from "../../route/location.ts";
import { hrefTo } from "../../route/match.ts";
import { Preview } from "./preview.tsx";

const PATH = "/api/v1/schedules";

/** Which dialog of a schedule is open. */
export type ScheduleDialog = "edit" | "pause" | "resume" | "trigger" | "delete";

/** Makes a schedule, with a preview. */
export function NewSchedule({ onClose }: { readonly onClose: () => void }) {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return (
    <EditDialog
      title="New schedule"
      schema="WriteSchedule"
      base={{
        name: "",
        spec: { cron: ["0 9 * * 1-5"], timezone: timeZone },
        action: { task: { input_data: { goal: "" } } },
      }}
      submit="Create"
      below={(value) => <Preview value={value} />}
      request={(body) => ({
        method: "POST",
        path: PATH,
        body,
        cli: null,
        sdk: ["schedules.create", body],
      })}
      send={({ schedules }, body) => schedules.create(body as never)}
      onDone={() => invalidate("schedules")}
      onClose={onClose}
    />
  );
}

interface DialogsProps {
  readonly open: ScheduleDialog;
  readonly schedule: Schedule;
  readonly etag: string | null;
  readonly onClose: () => void;
}

/** The open dialog of a schedule. */
export function ScheduleDialogs({ open, schedule, etag, onClose }: DialogsProps) {
  const { id, name, spec, action, policy } = schedule;
  const onDone = () => invalidate("schedules", `schedule/${id}`);
  const path = `${PATH}/${id}`;
  const shared = { onDone, onClose };
  switch (open) {
    case "edit":
      return (
        <EditDialog
          title={`Change ${name}`}
          schema="WriteSchedule"
          base={{ name, spec, action, policy }}
          isChange
          submit="Save"
          etag={etag}
          below={(value) => <Preview value={value} />}
          request={(body) => ({
            method: "PUT",
            path,
            body,
            cli: null,
            sdk: ["schedules.replace", id, body],
          })}
          send={({ schedules }, body, ifMatch) =>
            schedules.replace(id, body as never, ifMatch === undefined ? {} : { ifMatch })
          }
          reread={async ({ schedules }) => {
            const { data, etag: tag } = await schedules.get(id).withResponse();
            return { value: data, etag: tag };
          }}
          {...shared}
        />
      );
    case "pause":
      return (
        <EditDialog
          title={`Pause ${name}?`}
          schema="ScheduleNote"
          base={{ note: "" }}
          submit="Pause"
          about={<p>Nothing fires until it is resumed. Running tasks continue.</p>}
          request={(body) => ({
            method: "POST",
            path: `${path}/pause`,
            body,
            cli: ["schedules", "pause", id],
            sdk: ["schedules.pause", id, body],
          })}
          send={({ schedules }, { note }) =>
            schedules.pause(id, note === "" ? {} : { note: String(note) })
          }
          {...shared}
        />
      );
    case "resume":
      return (
        <ConfirmDialog
          title={`Resume ${name}?`}
          submit="Resume"
          request={{
            method: "POST",
            path: `${path}/resume`,
            body: {},
            cli: ["schedules", "resume", id],
            sdk: ["schedules.resume", id],
          }}
          send={({ schedules }) => schedules.resume(id)}
          {...shared}
        >
          <p>Occurrences of the pause are not made.</p>
        </ConfirmDialog>
      );
    case "trigger":
      return (
        <ConfirmDialog
          title={`Fire ${name} now?`}
          submit="Fire"
          request={{
            method: "POST",
            path: `${path}/trigger`,
            body: {},
            cli: ["schedules", "trigger", id],
            sdk: ["schedules.trigger", id],
          }}
          send={async ({ schedules }) => {
            const { task_id, status, detail } = await schedules.trigger(id);
            toast(task_id === null ? `No task: ${detail ?? status}` : "A task was submitted");
          }}
          {...shared}
        >
          <p>Its task is submitted now, in addition to the planned ones.</p>
        </ConfirmDialog>
      );
    case "delete":
      return (
        <ConfirmDialog
          title={`Delete ${name}?`}
          submit="Delete the schedule"
          isDanger
          request={{
            method: "DELETE",
            path,
            cli: ["schedules", "delete", id],
            sdk: ["schedules.delete", id],
          }}
          send={({ schedules }) => schedules.delete(id)}
          onDone={() => {
            // Only the list: the page still shows what is gone.
            invalidate("schedules");
            go(hrefTo(["schedules"]));
          }}
          onClose={onClose}
        >
          <p>The records of its firings are deleted with it. Its tasks stay.</p>
        </ConfirmDialog>
      );
    default:
      return open satisfies never;
  }
}

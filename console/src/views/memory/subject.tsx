/** What can be done with the subject of a memory store: to export, and to delete, all about it. */
import { useState } from "preact/hooks";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { saveFile } from "../../parts/save.ts";
import { FailureNote } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { hrefTo } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";

interface SubjectProps {
  readonly subject: string;
}

/** The buttons. */
export function SubjectActions({ subject }: SubjectProps) {
  const [isOpen, setOpen] = useState(false);
  const { run, isBusy, failure } = useAction();
  const save = (): Promise<boolean> =>
    run(async ({ subjects }) => {
      const lines: string[] = [];
      for await (const record of subjects.export(subject)) {
        lines.push(`${JSON.stringify(record)}\n`);
      }
      saveFile("subject.ndjson", lines.join(""), "application/x-ndjson");
    });
  const needs = ["memory:write", "tasks:write", "schedules:write"].find(
    (scope) => lacking(scope) !== null,
  );
  return (
    <>
      <Button
        needs={lacking("memory:read") ?? lacking("tasks:read")}
        isBusy={isBusy}
        onClick={() => void save()}
      >
        Export the subject
      </Button>
      <Button kind="danger" needs={needs ?? null} onClick={() => setOpen(true)}>
        Forget the subject
      </Button>
      {failure !== null && <FailureNote failure={failure} />}
      {isOpen && <Forget subject={subject} onClose={() => setOpen(false)} />}
    </>
  );
}

function Forget({ subject, onClose }: SubjectProps & { readonly onClose: () => void }) {
  return (
    <ConfirmDialog
      title="Forget the subject?"
      submit="Delete all of it"
      isDanger
      request={{
        method: "DELETE",
        path: `/api/v1/subjects/${encodeURIComponent(subject)}`,
        cli: ["subjects", "delete", subject, "--yes"],
        sdk: ["subjects.delete", subject],
      }}
      send={({ subjects }) => subjects.delete(subject)}
      onDone={() => {
        invalidate("memories");
        window.location.assign(hrefTo(["memory"]));
      }}
      onClose={onClose}
    >
      <p>
        Everything about <Text text={subject} /> is deleted, and cannot be restored: its memory
        stores, its schedules, and its tasks with their logs and conversations. Tasks that have not
        ended are cancelled. Export it first if it is needed.
      </p>
    </ConfirmDialog>
  );
}

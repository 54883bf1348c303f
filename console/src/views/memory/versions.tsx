/** The versions of an item or a block: who wrote what, how each differs, and the way back. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { MemoryVersion } from "../../../../sdk/src/model.ts";
import { invalidate } from "../../data/query.ts";
import { useAction } from "../../data/use-action.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { FailureNote, Loaded } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import { lineDifference } from "./line-difference.ts";
import { Trust } from "./trust.tsx";

interface VersionsProps {
  readonly store: string;
  readonly kind: "item" | "block";
  /** The id of an item, or the label of a block. */
  readonly entry: string;
  readonly onClose: () => void;
}

/** The dialog with the versions, newest first. */
export function Versions({ store, kind, entry, onClose }: VersionsProps) {
  const query = { limit: 50 };
  const state = useQuery(`memory/${store}/versions/${entry}`, ({ memory }, signal) =>
    kind === "item"
      ? memory.itemVersions(store, entry, query, { signal })
      : memory.blockVersions(store, entry, query, { signal }),
  );
  const { run, isBusy, failure } = useAction();
  const [chosen, setChosen] = useState<number | null>(null);
  const restore = async (version: number): Promise<void> => {
    setChosen(version);
    const isRestored = await run(({ memory }) =>
      kind === "item"
        ? memory.restoreItem(store, entry, { version })
        : memory.restoreBlock(store, entry, { version }),
    );
    if (isRestored) {
      invalidate(`memory/${store}`);
      onClose();
    }
  };
  return (
    <Dialog
      title="Versions"
      size="wide"
      onClose={onClose}
      actions={<Button onClick={onClose}>Close</Button>}
    >
      {failure !== null && <FailureNote failure={failure} />}
      <Loaded state={state}>
        {({ data }) => (
          <ol class="memory-versions">
            {data.map((version, i) => (
              <li key={version.version}>
                <Head version={version}>
                  {i > 0 && version.content !== null && (
                    <Button
                      kind="quiet"
                      icon="retry"
                      needs={lacking("memory:write")}
                      isBusy={isBusy && chosen === version.version}
                      onClick={() => void restore(version.version)}
                    >
                      Restore
                    </Button>
                  )}
                </Head>
                <Difference before={data[i + 1]?.content ?? ""} after={version.content ?? ""} />
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Dialog>
  );
}

const DID = {
  create: "created",
  change: "replaced",
  edit: "edited",
  delete: "deleted",
  restore: "restored",
} as const;

function Head({
  version: { version, op, by, task_id, at, trust },
  children,
}: {
  readonly version: MemoryVersion;
  readonly children: ComponentChildren;
}) {
  return (
    <header class="memory-version-head">
      <strong>{version}</strong>
      <span>
        {DID[op]} by{" "}
        {task_id === null ? <Text text={by} /> : <a href={hrefTo(["runs", task_id])}>{task_id}</a>},{" "}
        <Time at={at} />
      </span>
      <Trust of={trust} />
      {children}
    </header>
  );
}

function Difference({ before, after }: { readonly before: string; readonly after: string }) {
  return (
    <div class="memory-difference" role="group" aria-label="Difference">
      {lineDifference(before, after).map(({ kind, text }, i) => (
        <p key={i} class={`memory-line-${kind}`}>
          {kind !== "same" && <span class="hidden">{kind === "old" ? "gone: " : "new: "}</span>}
          <Text text={text} />
        </p>
      ))}
    </div>
  );
}

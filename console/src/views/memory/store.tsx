/** One memory store: its blocks, its items with a search, and their versions. */
import { useState } from "preact/hooks";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { BackLink, Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Text, TextBlock } from "../../parts/text.tsx";
import { useTitle } from "../../parts/title.ts";
import { hrefTo, type ViewProps } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import { Items } from "./items.tsx";
import { DeleteMemory } from "./delete-memory.tsx";
import { EditBlock, EditItem, SaveItem } from "./memory-dialogs.tsx";
import type { Open } from "./open.ts";
import { subjectOf } from "./subject-of.ts";
import { SubjectActions } from "./subject.tsx";
import { Trust } from "./trust.tsx";
import { Versions } from "./versions.tsx";

/** The view of a store. */
export function StoreView({ params }: ViewProps) {
  const store = params["store"] ?? "";
  const [open, setOpen] = useState<Open | null>(null);
  useTitle(store);
  const needs = lacking("memory:write");
  const subject = subjectOf(store);
  return (
    <>
      <BackLink href={hrefTo(["memory"])}>Memory</BackLink>
      <PageHead title={<Text text={store} />}>
        {subject !== null && <SubjectActions subject={subject} />}
        <Button kind="danger" needs={needs} onClick={() => setOpen({ kind: "delete", of: {} })}>
          Delete
        </Button>
        <Button needs={needs} onClick={() => setOpen({ kind: "new-block" })}>
          New block
        </Button>
        <Button kind="primary" icon="plus" needs={needs} onClick={() => setOpen({ kind: "save" })}>
          Save a memory
        </Button>
      </PageHead>
      <div class="setup">
        <Blocks store={store} onOpen={setOpen} />
        <Items store={store} onOpen={setOpen} />
      </div>
      {open !== null && <OpenDialog store={store} open={open} onClose={() => setOpen(null)} />}
    </>
  );
}

interface PartProps {
  readonly store: string;
  readonly onOpen: (open: Open) => void;
}

function Blocks({ store, onOpen }: PartProps) {
  const state = useQuery(`memory/${store}/blocks`, ({ memory }, signal) =>
    memory.blocks(store, { limit: 100 }, { signal }),
  );
  const needs = lacking("memory:write");
  return (
    <Section title="Blocks">
      <Loaded state={state}>
        {({ data }) =>
          data.length === 0 ? (
            <p class="muted setup-text">No blocks. A block is in the prompt of every run.</p>
          ) : (
            <ul class="memory-blocks">
              {data.map((block) => (
                <li key={block.label}>
                  <header class="memory-version-head">
                    <strong>
                      <Text text={block.label} />
                    </strong>
                    <Trust of={block.trust} />
                    {block.read_only && <span class="muted">read-only</span>}
                    <Button
                      kind="quiet"
                      onClick={() => onOpen({ kind: "versions", of: "block", entry: block.label })}
                    >
                      {`Version ${block.version}`}
                    </Button>
                    <Button
                      kind="quiet"
                      needs={needs}
                      onClick={() => onOpen({ kind: "block", block })}
                    >
                      Change
                    </Button>
                    <Button
                      kind="quiet"
                      needs={needs}
                      onClick={() => onOpen({ kind: "delete", of: { block } })}
                    >
                      Delete
                    </Button>
                  </header>
                  {block.description !== null && (
                    <p class="muted">
                      <Text text={block.description} />
                    </p>
                  )}
                  <TextBlock text={block.content} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

interface OpenDialogProps {
  readonly store: string;
  readonly open: Open;
  readonly onClose: () => void;
}

function OpenDialog({ store, open, onClose }: OpenDialogProps) {
  switch (open.kind) {
    case "save":
      return <SaveItem store={store} onClose={onClose} />;
    case "new-block":
      return <EditBlock store={store} block={null} onClose={onClose} />;
    case "item":
      return <EditItem store={store} item={open.item} onClose={onClose} />;
    case "block":
      return <EditBlock store={store} block={open.block} onClose={onClose} />;
    case "versions":
      return <Versions store={store} kind={open.of} entry={open.entry} onClose={onClose} />;
    case "delete":
      return (
        <DeleteMemory
          store={store}
          of={open.of}
          onDone={() => window.location.assign(hrefTo(["memory"]))}
          onClose={onClose}
        />
      );
    default:
      return open satisfies never;
  }
}

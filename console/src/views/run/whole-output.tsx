/** The rest of an output that was too long for the log. */
import { useState } from "preact/hooks";
import { call } from "../../data/client.ts";
import { failureOf } from "../../data/failure.ts";
import type { Failure } from "../../parts/failure.ts";
import { Button } from "../../parts/button.tsx";
import { saveFile } from "../../parts/save.ts";
import { FailureNote } from "../../parts/states.tsx";
import { TextBlock } from "../../parts/text.tsx";
import { useRun } from "./context.ts";

const PART_CHARS = 1_000_000;

/** Loads, shows and saves the whole output. */
export function WholeOutput({ sha256 }: { readonly sha256: string }) {
  const { taskId, isFile } = useRun();
  const [text, setText] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const load = async (): Promise<string | null> => {
    const parts: string[] = [];
    try {
      for (let offset: number | null = 0; offset !== null;) {
        const at: number = offset;
        const page = await call(({ tasks }) =>
          tasks.output(taskId, sha256, { offset: at, limit: PART_CHARS }),
        );
        parts.push(page.text);
        offset = page.next_offset;
      }
      return parts.join("");
    } catch (error) {
      setFailure(failureOf(error));
      return null;
    }
  };
  if (isFile) {
    return <p class="muted">The rest of the output is not in the file.</p>;
  }
  return (
    <div class="tool-whole">
      <p class="muted">This is only its beginning.</p>
      {text === null ? (
        <Button kind="quiet" onClick={() => void load().then(setText)}>
          Show the whole output
        </Button>
      ) : (
        <TextBlock text={text} />
      )}
      <Button
        kind="quiet"
        icon="save"
        onClick={() =>
          void load().then(
            (whole) => whole !== null && saveFile(`${sha256.slice(0, 12)}.txt`, whole),
          )
        }
      >
        Save
      </Button>
      {failure !== null && <FailureNote failure={failure} />}
    </div>
  );
}

/** The rest of an output that was too long for the log. */
import { useState } from "preact/hooks";
import { call } from "../../data/client.ts";
import { failureOf } from "../../data/failure.ts";
import type { Failure } from "../../parts/failure.ts";
import { Button } from "../../parts/button.tsx";
import { sizeText } from "../../parts/number.ts";
import { saveFile } from "../../parts/save.ts";
import { FailureNote } from "../../parts/states.tsx";
import { TextBlock } from "../../parts/text.tsx";
import { useRun } from "./context.ts";

/** What is shown at once. */
const PART_CHARS = 65_536;
/** What is saved is loaded in larger parts. */
const SAVED_CHARS = 1_000_000;

/** The parts of an output that are shown, and where the next one begins; null behind the last. */
interface Shown {
  readonly parts: readonly string[];
  readonly total: number;
  readonly next: number | null;
}

/** Loads, shows and saves the whole output. */
export function WholeOutput({ sha256 }: { readonly sha256: string }) {
  const { taskId, isFile } = useRun();
  const [{ parts, total, next }, setShown] = useState<Shown>({ parts: [], total: 0, next: 0 });
  const [failure, setFailure] = useState<Failure | null>(null);
  const read = (offset: number, limit: number) =>
    call(({ tasks }) => tasks.output(taskId, sha256, { offset, limit }));
  const showNext = async (offset: number): Promise<void> => {
    const page = await read(offset, PART_CHARS);
    setShown({ parts: [...parts, page.text], total: page.total, next: page.next_offset });
  };
  const save = async (): Promise<void> => {
    const texts: string[] = [];
    for (let offset: number | null = 0; offset !== null;) {
      const page: { text: string; next_offset: number | null } = await read(offset, SAVED_CHARS);
      texts.push(page.text);
      offset = page.next_offset;
    }
    saveFile(`${sha256.slice(0, 12)}.txt`, texts.join(""));
  };
  const attempt = (act: () => Promise<void>): void => {
    setFailure(null);
    act().catch((error: unknown) => setFailure(failureOf(error)));
  };
  if (isFile) {
    return <p class="muted">The rest of the output is not in the file.</p>;
  }
  const shown = parts.reduce((sum, { length }) => sum + length, 0);
  return (
    <div class="tool-whole">
      <p class="muted">
        {parts.length === 0
          ? "This is only its beginning."
          : `${sizeText(shown)} of ${sizeText(total)} shown`}
      </p>
      {parts.map((text, i) => (
        <TextBlock key={i} text={text} />
      ))}
      {next !== null && (
        <Button kind="quiet" onClick={() => attempt(() => showNext(next))}>
          {parts.length === 0 ? "Show the whole output" : "Show 64 KiB more"}
        </Button>
      )}
      <Button kind="quiet" icon="save" onClick={() => attempt(save)}>
        Save
      </Button>
      {failure !== null && <FailureNote failure={failure} />}
    </div>
  );
}

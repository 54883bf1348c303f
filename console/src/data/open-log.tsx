/** A button that opens a saved log in the view of a run. It needs no key. */
import { FileDrop } from "../parts/file-drop.tsx";
import { toast } from "../parts/toast.tsx";
import { openLog } from "./log-file.ts";

/** The button; `onOpen` is called when a log is open. */
export function OpenLog({ onOpen }: { readonly onOpen: () => void }) {
  return (
    <FileDrop
      accept=".jsonl,.json,.txt"
      onFile={(name, text) => {
        const problem = openLog(name, text);
        if (problem === null) {
          onOpen();
        } else {
          toast(problem, "bad");
        }
      }}
    >
      Open a log file
    </FileDrop>
  );
}

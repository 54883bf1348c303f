/** Reads a text file of the person's machine: chosen by a button, or dropped anywhere on the page. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button.tsx";

interface FileDropProps {
  readonly children: string;
  /** Kinds of files that are offered, such as `.jsonl`. */
  readonly accept: string;
  readonly onFile: (name: string, text: string) => void;
}

/** The button. The whole page takes a dropped file while it is there. */
export function FileDrop({ children, accept, onFile }: FileDropProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFile);
  latest.current = onFile;
  const read = (file: File | undefined): void => {
    void file?.text().then((text) => latest.current(file.name, text));
  };
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const on = (type: "dragover" | "dragleave" | "drop", act: (event: DragEvent) => void): void =>
      addEventListener(
        type,
        (event) => {
          event.preventDefault();
          setOver(type === "dragover");
          act(event);
        },
        { signal },
      );
    on("dragover", () => {});
    on("dragleave", () => {});
    on("drop", ({ dataTransfer }) => read(dataTransfer?.files[0]));
    return () => stop.abort();
  }, []);
  return (
    <>
      <Button kind="quiet" icon="external" onClick={() => input.current?.click()}>
        {isOver ? "Drop it" : children}
      </Button>
      <input
        ref={input}
        type="file"
        class="hidden"
        tabIndex={-1}
        accept={accept}
        aria-label={children}
        onChange={({ currentTarget }) => {
          read(currentTarget.files?.[0]);
          currentTarget.value = "";
        }}
      />
    </>
  );
}

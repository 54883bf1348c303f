/** Copies text, and says that it did. */
import { useState } from "preact/hooks";
import { announce } from "./announce.ts";
import { Button } from "./button.tsx";
import type { IconName } from "./icon.tsx";

const SHOWN_MS = 1500;

interface CopyProps {
  /** What is copied, or how to get it. */
  readonly text: string | (() => string);
  readonly label: string;
  readonly children?: string;
  /** Icon of what is copied, if a copy of it is something else. */
  readonly icon?: IconName;
}

/** A button that copies a text. */
export function CopyButton({ text, label, children, icon = "copy" }: CopyProps) {
  const [isDone, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await copyText(typeof text === "string" ? text : text());
    announce("Copied");
    setDone(true);
    setTimeout(() => setDone(false), SHOWN_MS);
  };
  const given = children === undefined ? {} : { children: isDone ? "Copied" : children };
  return (
    <Button
      kind="quiet"
      icon={isDone ? "check" : icon}
      label={children === undefined ? label : undefined}
      title={label}
      onClick={() => void copy()}
      {...given}
    />
  );
}

/** Puts a text on the clipboard, also on pages without TLS, where browsers offer only the old way. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "hidden";
    document.body.append(area);
    area.select();
    // oxlint-disable-next-line typescript/no-deprecated -- the only way without TLS
    document.execCommand("copy");
    area.remove();
  }
}

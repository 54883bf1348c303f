/**
 * Notices that npm, which started this program, is gone. npm passes a signal on to the shell that
 * it puts in between, and that shell dies without a word to its child; a killed npm tells nobody.
 */
import { readFileSync } from "node:fs";

const LOOK_MS = 250;

/** Calls back once if the npm that runs this program ends before it. */
export function onceOrphaned(callback: () => void): void {
  // Started by hand, the program may outlive its shell: that is how one leaves it running.
  if (process.env["npm_lifecycle_event"] === undefined) {
    return;
  }
  const before = ancestors();
  const timer = setInterval(() => {
    if (ancestors() !== before) {
      clearInterval(timer);
      callback();
    }
  }, LOOK_MS);
  timer.unref();
}

/** The parent and, where the system tells, its parent: the shell and npm. */
function ancestors(): string {
  try {
    const status = readFileSync(`/proc/${process.ppid}/status`, "utf8");
    return `${process.ppid} ${/^PPid:\s*(?<pid>\d+)/m.exec(status)?.groups?.["pid"]}`;
  } catch {
    return String(process.ppid);
  }
}

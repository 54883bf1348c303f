/**
 * Detects that npm, which started this program, is gone. A killed npm does not notify its child, and
 * a signal to npm may reach only the shell between the two.
 */
import { readFileSync } from "node:fs";

const LOOK_MS = 250;

/** Calls back once if the npm that runs this program ends before it. */
export function onceOrphaned(callback: () => void): void {
  // Started by hand, the program may outlive its shell: that is how one leaves it running.
  if (process.env["npm_lifecycle_event"] === undefined) {
    return;
  }
  const shell = hasShell(process.ppid);
  const ancestors = () => `${process.ppid} ${shell ? parentOf(process.ppid) : ""}`;
  const before = ancestors();
  const timer = setInterval(() => {
    if (ancestors() !== before) {
      clearInterval(timer);
      callback();
    }
  }, LOOK_MS);
  timer.unref();
}

/** Whether this process is npm's `sh -c …`, and not npm itself. */
function hasShell(pid: number): boolean {
  return readProc(pid, "cmdline").split("\0")[1] === "-c";
}

function parentOf(pid: number): string {
  return /^PPid:\s*(?<pid>\d+)/m.exec(readProc(pid, "status"))?.groups?.["pid"] ?? "";
}

/** What Linux says about a process; other systems have no such files, and say nothing. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

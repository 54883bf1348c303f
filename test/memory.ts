/** Memory of a service, as Linux reports it. */
import { readdirSync, readFileSync } from "node:fs";
import type { Service } from "./service.ts";

/**
 * Resident bytes of the process that runs the service and its objects; 0 where there is no `/proc`.
 * The second one, which `wrangler dev` puts before it and no deployment has, does not count.
 */
export function memoryOf(service: Service): number {
  const found: { bytes: number; listens: boolean }[] = [];
  for (const pid of pids()) {
    const [, group] = /^\d+ \(workerd\) \S+ \d+ (\d+)/.exec(read(pid, "stat")) ?? [];
    if (Number(group) === service.group) {
      const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(read(pid, "status")) ?? [];
      const listens = read(pid, "cmdline").includes(new URL(service.url).host);
      found.push({ bytes: Number(kilobytes) * 1024, listens });
    }
  }
  const runtime = found.find(({ listens }) => !listens) ?? found[0];
  return runtime?.bytes ?? 0;
}

function pids(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** A process may end while it is looked at. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

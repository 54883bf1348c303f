/** Memory of a service's processes, as Linux tells it. */
import { readdirSync, readFileSync } from "node:fs";
import type { Service } from "./service.ts";

/** Resident bytes. */
export interface Memory {
  /** The process that runs the service and its objects. */
  readonly runtime: number;
  /** The one that `wrangler dev` puts before it, which no deployment has. */
  readonly proxy: number;
}

/** What the service takes up now; zeros where there is no `/proc`. */
export function memoryOf(service: Service): Memory {
  const memory = { runtime: 0, proxy: 0 };
  for (const pid of pids()) {
    const [, group] = /^\d+ \(workerd\) \S+ \d+ (\d+)/.exec(read(pid, "stat")) ?? [];
    if (Number(group) === service.group) {
      const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(read(pid, "status")) ?? [];
      const proxy = read(pid, "cmdline").includes(new URL(service.url).host);
      memory[proxy ? "proxy" : "runtime"] += Number(kilobytes) * 1024;
    }
  }
  return memory;
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

/** What a chaos run left behind. */
import type { Service } from "../service.ts";
import { listTasks, storedLog, type LogEvent, type Task, type TaskPage } from "../tasks.ts";
import type { Evidence } from "./audit.ts";

/** Logs read side by side. */
const READERS = 8;

/** Every task that D1 has, with its log. */
export async function collect(service: Service): Promise<Evidence[]> {
  const rows: Task[] = [];
  let cursor: string | null = null;
  do {
    const query = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: TaskPage = await listTasks(service, `?limit=100${query}`);
    rows.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  const left = rows.values();
  const found: Evidence[] = [];
  await Promise.all(
    Array.from({ length: READERS }, async () => {
      for (const row of left) {
        const texts = await storedLog(service, row.task_id);
        found.push({ row, texts, log: texts.map((text) => JSON.parse(text) as LogEvent) });
      }
    }),
  );
  return found;
}

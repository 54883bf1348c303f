/** Use case: submits many tasks in one request, each with its own outcome. */
import type { Caller } from "../../store/keys.ts";
import type { ApiDeps, RequestContext } from "../context.ts";
import {
  foreseen,
  Problem,
  problemDocument,
  type Occasion,
  type ProblemDocument,
} from "../http/problem.ts";
import { validationProblem } from "../http/validation.ts";
import { submitBody, type TaskJson } from "./schemas.ts";
import { submitTask } from "./submit.ts";
import { taskJson } from "./view.ts";

/** Submissions at a time. A Worker has six connections. */
const WIDTH = 5;

/** The outcome of one submission: its task, or why it was refused. */
export interface BatchOutcome {
  readonly index: number;
  readonly task?: TaskJson;
  /** True if the task was accepted by an earlier request with this key. */
  readonly replayed?: boolean;
  readonly error?: ProblemDocument;
}

/**
 * Submits tasks, a few at a time, and returns their outcomes in the order of the tasks. A refused
 * task does not affect the others. Each task counts as a request against the rate limit.
 * @param idempotencyKey makes a repeated batch return the tasks of the first one
 */
export async function submitBatch(
  { deps, caller }: RequestContext,
  occasion: Occasion,
  bodies: readonly unknown[],
  idempotencyKey: string | null,
): Promise<BatchOutcome[]> {
  const outcomes: BatchOutcome[] = [];
  const submissions = bodies.entries();
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      for (const [index, body] of submissions) {
        const key = idempotencyKey === null ? null : `${idempotencyKey}/${index}`;
        try {
          outcomes[index] = { index, ...(await submitted(deps, caller, index, body, key)) };
        } catch (error) {
          const problem = foreseen(deps, "submit.batch", error, occasion.requestId);
          outcomes[index] = { index, error: problemDocument(problem, occasion) };
        }
      }
    }),
  );
  return outcomes;
}

async function submitted(
  deps: ApiDeps,
  caller: Caller,
  index: number,
  body: unknown,
  key: string | null,
): Promise<Omit<BatchOutcome, "index">> {
  const parsed = submitBody.safeParse(body);
  if (!parsed.success) {
    throw validationProblem(parsed.error, "task");
  }
  // The request itself was counted when its key was checked.
  if (index > 0 && !(await deps.mayAsk(caller.tenantId))) {
    throw new Problem("rate_limited", "The tenant's rate limit is reached.");
  }
  // A key of the task itself is the same key as in a request for this task alone.
  const route = key === null ? {} : { route: "POST /api/v1/tasks/batch" };
  const { task, replayed } = await submitTask(deps, caller, parsed.data, { key, ...route });
  return { task: taskJson(task), replayed };
}

/** Use case: submits many tasks in one request, each with its own outcome. */
import { sha256Hex } from "../../crypto/sha256.ts";
import { newId } from "../../run/value/id.ts";
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
import type { SubmitHeader } from "./submit-header.ts";
import { defined } from "../../run/value/defined.ts";
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

/** The outcomes of a batch, and its id. */
export interface Batch {
  readonly outcomes: readonly BatchOutcome[];
  readonly groupId: string;
}

/**
 * Submits tasks, a few at a time, and returns their outcomes in the order of the tasks. A refused
 * task does not affect the others. Each task counts as a request against the rate limit.
 * @param header with a key, a repeated batch returns the tasks of the first one
 */
export async function submitBatch(
  { deps, caller }: RequestContext,
  occasion: Occasion,
  bodies: readonly unknown[],
  { key: batchKey, trace = null }: Pick<SubmitHeader, "key" | "trace">,
): Promise<Batch> {
  const groupId = groupIdOf(deps, caller, batchKey);
  const outcomes: BatchOutcome[] = [];
  const submissions = bodies.entries();
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      for (const [index, body] of submissions) {
        const key = batchKey === null ? null : `${batchKey}/${index}`;
        try {
          outcomes[index] = {
            index,
            ...(await submitted(deps, caller, index, body, { key, trace, groupId })),
          };
        } catch (error) {
          const problem = foreseen(deps, "submit.batch", error, { request_id: occasion.requestId });
          outcomes[index] = { index, error: problemDocument(problem, occasion) };
        }
      }
    }),
  );
  return { outcomes, groupId };
}

/** Returns the id of a batch. A repeated batch has the id of the first: it follows from its key. */
function groupIdOf(deps: ApiDeps, { tenantId }: Caller, key: string | null): string {
  const digest = sha256Hex(JSON.stringify([tenantId, key]));
  return key === null
    ? newId("group", deps.now(), crypto.getRandomValues(new Uint8Array(16)))
    : newId("group", 0, Buffer.from(digest.slice(0, 32), "hex"));
}

async function submitted(
  deps: ApiDeps,
  caller: Caller,
  index: number,
  body: unknown,
  { key, trace, groupId }: SubmitHeader,
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
  const header = { key, ...route, ...defined({ trace, groupId }) };
  const { task, replayed } = await submitTask(deps, caller, parsed.data, header);
  return { task: taskJson(task), replayed };
}

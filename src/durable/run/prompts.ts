/**
 * Reads the prompts of past model calls from the log. Works page by page, so that the
 * run continues, and on one prompt at a time, since a prompt can be large and objects share memory.
 */
import { RequestSearch, rebuild, type PastRequest } from "../../agent/loop/past-request.ts";
import { promptView, type PromptView } from "../../agent/loop/prompt-view.ts";
import type { RunContext } from "./context.ts";

/** Characters of the log that are folded before other work may run. */
const PAGE_CHARS = 1_000_000;

/** The prompts of one run. */
export class Prompts {
  readonly #context: Pick<RunContext, "log" | "deps">;
  /** Not persisted: the prompt that is being read. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: Pick<RunContext, "log" | "deps">) {
    this.#context = context;
  }

  /**
   * Returns the prompt of an attempt of a model call; null if there is none, or if its planner no
   * longer exists, or a file.
   * @param attempt null for the last one
   * @throws LogCorruption
   */
  async read(callId: string, attempt: number | null): Promise<PromptView | null> {
    const read = this.#last.then(async () => this.#view(await this.#find(callId, attempt)));
    this.#last = read.catch(() => undefined);
    return read;
  }

  async #find(callId: string, attempt: number | null): Promise<PastRequest | null> {
    const search = new RequestSearch(callId, attempt);
    for (let more = this.#context.log.state.seq > 0; more;) {
      const page = this.#context.log.history(search.state.seq, PAGE_CHARS);
      if (page.events.some((event) => search.take(event))) {
        break;
      }
      ({ more } = page);
      if (more) {
        await scheduler.wait(0);
      }
    }
    return search.found;
  }

  async #view(past: PastRequest | null): Promise<PromptView | null> {
    const spec = past?.state.spec ?? null;
    if (past === null || spec === null) {
      return null;
    }
    const deps = this.#context.deps();
    const planner = deps.plannerFor(spec.config.planner);
    if (planner === null) {
      return null;
    }
    const tools = deps.toolsFor(spec, () => past.state.scripted);
    const missing = (await tools.files?.load()) ?? null;
    return missing === null ? promptView(past, rebuild(past, planner, tools)) : null;
  }
}

import { createOpspawn } from "@opspawn/worker";
import { decisionIn, post, question, replace, signedForm, type SlackSecrets } from "./slack.ts";
import { refund, support } from "./support.ts";

type Bindings = Env & SlackSecrets;

const opspawn = createOpspawn<Bindings>({ tools: [refund], agents: [support] });

export class AgentRun extends opspawn.AgentRun {}
export class TenantLedger extends opspawn.TenantLedger {}
export class TenantFeed extends opspawn.TenantFeed {}
export class Timetable extends opspawn.Timetable {}
export class TenantMemory extends opspawn.TenantMemory {}
export class TenantFile extends opspawn.TenantFile {}
export class ProviderGate extends opspawn.ProviderGate {}

/** How long a request of Slack follows its task. The cron trigger does the rest. */
const FOLLOW_MS = 20_000;

export default {
  ...opspawn.handler,

  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/slack/")) {
      return opspawn.handler.fetch(request, env, ctx);
    }
    const form = await signedForm(request, env.SLACK_SIGNING_SECRET ?? "");
    if (form === null) {
      return new Response("This request is not signed by Slack.", { status: 401 });
    }
    return pathname === "/slack/commands" ? command(form, env, ctx) : decide(form, env, ctx);
  },

  async scheduled(controller, env) {
    await opspawn.handler.scheduled(controller, env);
    await report(env);
  },
} satisfies ExportedHandler<Bindings>;

type Task = Awaited<ReturnType<ReturnType<typeof clientOf>["tasks"]["get"]>>;

/** Everything that comes from Slack belongs to one tenant. */
function clientOf(env: Bindings) {
  return opspawn.client(env, { tenant: "slack", name: "slack" });
}

/** The slash command `/agent <goal>` submits a task. Slack repeats a command that fails. */
async function command(form: URLSearchParams, env: Bindings, ctx: ExecutionContext) {
  const goal = form.get("text")?.trim() || "What can you do?";
  const channel = form.get("channel_id") ?? "";
  const { data, headers } = await clientOf(env)
    .tasks.create(
      { agent: "support", input_data: { goal }, metadata: { slack: "open", channel } },
      { idempotencyKey: form.get("trigger_id") ?? crypto.randomUUID() },
    )
    .withResponse();
  if (!headers.has("Idempotent-Replayed")) {
    ctx.waitUntil(follow(data.id, env));
  }
  return Response.json({ response_type: "in_channel", text: `Working on it: ${goal}` });
}

/** A button decides. The first decision counts. */
async function decide(form: URLSearchParams, env: Bindings, ctx: ExecutionContext) {
  const decided = decisionIn(form);
  if (decided !== null) {
    const { decision, taskId, callId, user } = decided;
    const comment = `Slack user ${user}`;
    const text = await clientOf(env)
      .tasks[decision](taskId, callId, { comment })
      .then(
        () => `${decision === "approve" ? "Approved" : "Denied"} by <@${user}>.`,
        (error: unknown) => `Nothing was changed: ${String(error)}`,
      );
    await replace(decided, text);
    ctx.waitUntil(follow(taskId, env));
  }
  return new Response();
}

/** Waits a while for what comes next, and reports it. */
async function follow(taskId: string, env: Bindings): Promise<void> {
  const signal = AbortSignal.timeout(FOLLOW_MS);
  await clientOf(env)
    .tasks.wait(taskId, { signal })
    .catch(() => null);
  await report(env);
}

/**
 * Posts what is new: questions, and how tasks ended. Tasks say in their metadata what was posted; a
 * crash in between posts a message again.
 */
async function report(env: Bindings): Promise<void> {
  const status = ["waiting", "completed", "failed", "cancelled"] as const;
  for await (const task of clientOf(env).tasks.list({ metadata: { slack: "open" }, status })) {
    try {
      await (task.status === "waiting" ? ask(task, env) : finish(task, env));
    } catch (error) {
      // The next minute tries again; the other tasks do not wait for this one.
      console.error(`${task.id}: ${String(error)}`);
    }
  }
}

async function ask({ id, metadata }: Task, env: Bindings): Promise<void> {
  const { tasks, inbox } = clientOf(env);
  const asked = String(metadata["asked"] ?? "").split(" ");
  for await (const { call_id, tool = "a tool", arguments: given } of inbox.list({
    task_id: id,
    for: "approval",
  })) {
    if (call_id !== undefined && !asked.includes(call_id)) {
      await post(
        env,
        String(metadata["channel"]),
        question({ task_id: id, call_id, tool, arguments: given }),
      );
      asked.push(call_id);
      await tasks.update(id, { metadata: { ...metadata, asked: asked.join(" ").trim() } });
    }
  }
}

async function finish({ id, status, result, error, metadata }: Task, env: Bindings): Promise<void> {
  const text = result?.answer ?? `The task ${status}: ${error?.message ?? ""}`;
  await post(env, String(metadata["channel"]), { text });
  await clientOf(env).tasks.update(id, { metadata: { ...metadata, slack: "done" } });
}

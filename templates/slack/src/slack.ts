/** The protocol of Slack: signed requests, messages with buttons. */

/** Secrets of the Slack app. */
export interface SlackSecrets {
  readonly SLACK_SIGNING_SECRET: string;
  readonly SLACK_BOT_TOKEN: string;
}

/** A call that waits for a decision. */
export interface Approval {
  readonly task_id: string;
  readonly call_id: string;
  readonly tool: string;
  readonly arguments: unknown;
}

/** A decision that a person made with a button. */
export interface Decided {
  readonly decision: "approve" | "deny";
  readonly taskId: string;
  readonly callId: string;
  readonly user: string;
  /** Where the message can be replaced. */
  readonly responseUrl: string;
}

/** Requests that are older, in seconds, may be repeated ones. */
const MAX_AGE_S = 300;

/** Returns the form of a request that Slack has signed, or null. */
export async function signedForm(
  request: Request,
  secret: string,
): Promise<URLSearchParams | null> {
  const body = await request.text();
  const sent = request.headers.get("X-Slack-Request-Timestamp") ?? "";
  const signature = /^v0=([0-9a-f]{64})$/.exec(request.headers.get("X-Slack-Signature") ?? "");
  const isRecent = Math.abs(Date.now() / 1000 - Number(sent)) < MAX_AGE_S;
  if (signature?.[1] === undefined || !isRecent || secret === "") {
    return null;
  }
  const text = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", text.encode(secret), algorithm, false, [
    "verify",
  ]);
  const bytes = Uint8Array.from(signature[1].match(/../g) ?? [], (hex) => Number.parseInt(hex, 16));
  const isValid = await crypto.subtle.verify("HMAC", key, bytes, text.encode(`v0:${sent}:${body}`));
  return isValid ? new URLSearchParams(body) : null;
}

/** Returns the decision of a press on a button, or null for another interaction. */
export function decisionIn(form: URLSearchParams): Decided | null {
  const {
    actions = [],
    user,
    response_url,
  } = JSON.parse(form.get("payload") ?? "{}") as {
    actions?: { action_id: string; value: string }[];
    user?: { id: string };
    response_url?: string;
  };
  const [action] = actions;
  const [taskId, callId] = action?.value.split(" ") ?? [];
  const decision = action?.action_id;
  if (taskId === undefined || callId === undefined || !user || !response_url) {
    return null;
  }
  return decision === "approve" || decision === "deny"
    ? { decision, taskId, callId, user: user.id, responseUrl: response_url }
    : null;
}

/** Returns a message that asks for a decision. */
export function question({ task_id, call_id, tool, arguments: given }: Approval): object {
  const text = `Approve ${tool}?`;
  const button = (action_id: string, label: string, style: string) => ({
    type: "button",
    action_id,
    style,
    text: { type: "plain_text", text: label },
    value: `${task_id} ${call_id}`,
  });
  return {
    text,
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: `*${text}*\n\`\`\`${shown(given)}\`\`\`` } },
      {
        type: "actions",
        elements: [button("approve", "Approve", "primary"), button("deny", "Deny", "danger")],
      },
    ],
  };
}

/** Posts a message to a channel. @throws Error if Slack refuses it */
export async function post(
  { SLACK_API, SLACK_BOT_TOKEN }: SlackSecrets & { readonly SLACK_API: string },
  channel: string,
  message: object,
): Promise<void> {
  const response = await fetch(`${SLACK_API}/chat.postMessage`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${SLACK_BOT_TOKEN}`,
      "Content-Type": "application/json; charset=utf-8",
    },
    body: JSON.stringify({ channel, ...message }),
  });
  const { ok, error } = (await response.json()) as { ok: boolean; error?: string };
  if (!ok) {
    throw new Error(`Slack refuses the message: ${error ?? response.status}.`);
  }
}

/** Replaces the message with the buttons. */
export async function replace({ responseUrl }: Decided, text: string): Promise<void> {
  await fetch(responseUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ replace_original: true, text }),
  });
}

/** Arguments as text that cannot end the block it is in, nor mention people. */
function shown(given: unknown): string {
  const text = JSON.stringify(given, null, 2) ?? "";
  return text
    .slice(0, 2000)
    .replaceAll("`", "'")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

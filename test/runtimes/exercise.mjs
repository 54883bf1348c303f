/**
 * What a program does with the client, whatever it runs in: the same file goes through Node, workerd
 * and a browser, so it is plain JavaScript and uses nothing that one of them lacks.
 */

const SCRIPT = [
  { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] },
  { text: "It is three, said piece by piece.", chunks: 6, delay_ms: 20 },
];
const SCRIPTED = {
  agent_config: { model: "local/script" },
  input_data: { goal: "demo", script: SCRIPT },
};

/** @returns what came out, to be compared with what must */
export async function exercise({ Opspawn, NotFoundError, unwrap }, { url, key }) {
  const opspawn = new Opspawn({ url, key });
  const health = await opspawn.health.get();
  const seen = [];
  const task = await opspawn.tasks.run(SCRIPTED, { onEvent: ({ seq }) => seen.push(seq) });
  const overHttp = await seqsOf(opspawn.tasks.watch(task.id, { via: "sse" }));
  const rest = await seqsOf(opspawn.tasks.watch(task.id, { after: 3 }));
  const log = await seqsOf(opspawn.tasks.events(task.id));
  const [newest] = (await opspawn.tasks.list({ limit: 1 })).data;
  const refused = await opspawn.tasks.get("task_none").catch((error) => error);
  const run = opspawn.tasks.stream(SCRIPTED);
  const [text, last] = await Promise.all([joined(run.text), lastOf(run.drafts)]);
  const { answer } = await run.result();
  const { requestId } = await opspawn.tasks.get(await run.id).withResponse();
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  const stopped = await opspawn.tools.list({}, { signal: stop.signal }).catch((error) => error);
  return {
    health: health.status,
    answer: task.result.answer,
    status: task.status,
    inOrder: seen.every((seq, at) => seq === at + 1),
    sameOverHttp: String(overHttp) === String(seen),
    sameFromCursor: String(rest) === String(seen.slice(3)),
    sameInPages: String(log) === String(seen),
    lastSeq: task.last_seq === seen.length,
    newest: newest.id === task.id,
    refused: refused instanceof NotFoundError && refused.code,
    requestId: typeof refused.requestId === "string" && typeof requestId === "string",
    streamed: text === answer && last.text === answer && last.isFinal,
    unwrapped: (await unwrap(await notification(), SECRET)).data.task_id,
    stopped: stopped.message,
    socket: typeof WebSocket === "function",
  };
}

const SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";

const bytes = (part) => new TextEncoder().encode(part);

/** A notification as the service signs it. */
async function notification() {
  const body = JSON.stringify({ type: "task.started", data: { task_id: "task_1" } });
  const time = String(Math.floor(Date.now() / 1000));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const secret = Uint8Array.from(atob(SECRET.slice("whsec_".length)), (c) => c.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, bytes(`msg_1.${time}.${body}`));
  const encoded = btoa(String.fromCharCode(...new Uint8Array(signature)));
  const headers = { "webhook-id": "msg_1", "webhook-timestamp": time };
  return { headers: { ...headers, "webhook-signature": `v1,${encoded}` }, body };
}

async function joined(texts) {
  let whole = "";
  for await (const text of texts) {
    whole += text;
  }
  return whole;
}

async function lastOf(items) {
  let last;
  for await (const item of items) {
    last = item;
  }
  return last;
}

async function seqsOf(events) {
  const seqs = [];
  for await (const { seq } of events) {
    seqs.push(seq);
  }
  return seqs;
}

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
export async function exercise({ Opspawn, RefusedError }, { url, key }) {
  const opspawn = new Opspawn({ url, key });
  const health = await opspawn.health.get();
  const seen = [];
  const task = await opspawn.tasks.run(SCRIPTED, { onEvent: ({ seq }) => seen.push(seq) });
  const overHttp = await seqsOf(opspawn.tasks.watch(task.id, { via: "sse" }));
  const rest = await seqsOf(opspawn.tasks.watch(task.id, { after: 3 }));
  const log = await seqsOf(opspawn.tasks.events(task.id));
  const [newest] = (await opspawn.tasks.list({ limit: 1 })).data;
  const refused = await opspawn.tasks.get("task_none").catch((error) => error);
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
    refused: refused instanceof RefusedError && refused.code,
    requestId: typeof refused.requestId === "string",
    stopped: stopped.message,
    socket: typeof WebSocket === "function",
  };
}

async function seqsOf(events) {
  const seqs = [];
  for await (const { seq } of events) {
    seqs.push(seq);
  }
  return seqs;
}

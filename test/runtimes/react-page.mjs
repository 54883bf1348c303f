/**
 * A page of React components that use the hooks: the pending approvals with a button each, and a task
 * that is shown by two components. The query of the page's address names the service and the task.
 */
import { createElement as h, StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { Opspawn } from "opspawn";
import { OpspawnProvider, useApprovals, useTask, useTaskText } from "opspawn/react";

const query = new URLSearchParams(location.search);
const client = new Opspawn({ url: query.get("url"), key: query.get("key") });

function Approvals() {
  const { approvals, approve, deny, isLoading, failure } = useApprovals({ order: "oldest" });
  const buttons = approvals.flatMap((approval) => [
    h("button", { key: `yes ${approval.task_id}`, onClick: () => approve(approval) }, "Approve"),
    h("button", { key: `no ${approval.task_id}`, onClick: () => deny(approval) }, "Deny"),
  ]);
  const state = failure ? String(failure) : isLoading ? "loading" : `${approvals.length} pending`;
  return h("section", null, h("h2", null, `Approvals: ${state}`), buttons);
}

function Task({ id }) {
  const { status, waiting, result, error, failure, answer, cancel } = useTask(id);
  const [said, setSaid] = useState("");
  const asks = waiting?.questions.map(({ kind }) => kind).join() ?? "nothing";
  const send = () => answer("Blue.").catch((problem) => setSaid(problem.code));
  return h(
    "section",
    null,
    h("p", { role: "status" }, `${status}, asks ${asks}`),
    h("p", { id: "result" }, result?.answer ?? error?.code ?? (failure ? failure.code : "")),
    h("button", { onClick: send }, "Answer"),
    h("button", { onClick: () => cancel({ reason: "enough" }) }, "Cancel"),
    h("p", { id: "said" }, said),
  );
}

/** Every text that was shown, for the test. */
window.texts = [];

function Text({ id }) {
  const text = useTaskText(id);
  useEffect(() => {
    window.texts.push(text);
  }, [text]);
  return h("p", { id: "text" }, text);
}

function Page() {
  const [id, setId] = useState(null);
  const [isShown, setShown] = useState(true);
  return h(
    OpspawnProvider,
    { client },
    h("button", { onClick: () => setId(query.get("task")) }, "Open"),
    h("button", { onClick: () => setShown(false) }, "Hide"),
    isShown && [
      h(Approvals, { key: "approvals" }),
      h(Task, { key: "task", id }),
      h(Text, { key: "text", id }),
    ],
  );
}

createRoot(document.querySelector("main")).render(h(StrictMode, null, h(Page)));

/** Questions of a run as a test sees them, and its answers as commands. Pure. */
import type { RunCommand } from "../run/decide/command.ts";
import type { OpenQuestion } from "../run/decide/questions.ts";
import type { Answer, Question } from "./contract.ts";
import { SimulationError } from "./simulation-error.ts";
import { limitsOf } from "./task.ts";

/** The person of the simulation, as the log names it. */
const BY = "people";

/** Returns an open question of a run as a test sees it. */
export function questionOf(open: OpenQuestion): Question {
  const { kind, call_id, tool, arguments: args, question, limit, reason, until } = open;
  return {
    kind,
    until,
    ...(call_id === undefined ? {} : { call_id }),
    ...(tool === undefined ? {} : { tool }),
    ...(args === undefined ? {} : { arguments: args }),
    ...(question === undefined ? {} : { question }),
    ...(limit === undefined ? {} : { limit }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Returns an answer as a command. @throws SimulationError if it does not fit the question */
export function commandOf(answer: Answer, { kind, call_id = "", key }: OpenQuestion): RunCommand {
  if (typeof answer === "object" && "cancel" in answer) {
    return { kind: "cancel", reason: answer.cancel, by: BY };
  }
  if (typeof answer === "object" && "limits" in answer) {
    return { kind: "limits", changes: limitsOf(answer.limits), by: BY };
  }
  if (typeof answer === "object" && "content" in answer) {
    const { content } = answer;
    const named = kind === "budget" ? {} : { call_id, ...(key === undefined ? {} : { key }) };
    return { kind: "message", content, data: null, ...named, by: BY };
  }
  if (kind !== "approval") {
    throw new SimulationError(`The question is no approval: answer it with { content: "…" }.`);
  }
  const {
    decision,
    arguments: args,
    comment = null,
  } = typeof answer === "string" ? { decision: answer } : answer;
  return {
    kind: "decide",
    call_id,
    decision,
    comment,
    by: BY,
    ...(args === undefined ? {} : { arguments: args }),
  };
}

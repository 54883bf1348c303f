/** Crash points of waits: of calls that people decide about, of notices to them, and of slots. */
import { every, stopsAroundEveryWrite, type Scenario } from "./enumeration.ts";

/** What a person is asked where nobody knows whether a call took effect. */
const asking: Scenario = {
  input: { script: [every("once_tool"), { text: "The end." }] },
  config: { on_outcome_unknown: "ask" },
  scheduled: false,
  alone: false,
  retriedBy: "platform",
};

const held = (n: number) => ({ tool_calls: [{ name: "once_tool", arguments: { n } }] });

/** Two people decide at once, one with other arguments, one against it: one of them counts. */
const deciding: Scenario = {
  input: { script: [held(1), held(2), { text: "The end." }] },
  config: { policy: { approve: ["once_*"] } },
  scheduled: false,
  alone: false,
  decisions: [
    { decision: "approve", arguments: { n: 20 } },
    { decision: "deny" },
    { decision: "approve" },
  ],
};

const denying: Scenario = { ...deciding, decisions: [{ decision: "deny" }, { decision: "deny" }] };

/** Nobody decides, and the call is not made, or made without anybody. */
const expiring = (on_expiry: "deny" | "continue"): Scenario => ({
  ...deciding,
  config: {
    policy: { approve: ["once_*"] },
    waits: { approval_expires_s: 0.05, on_expiry },
  },
  decisions: [],
});

/** A run of which somebody outside wants to be told everything. */
const announced: Scenario = {
  ...deciding,
  input: {
    script: [
      { tool_calls: [{ name: "wait", arguments: { seconds: 0.05 } }] },
      held(1),
      { text: "The end." },
    ],
  },
  decisions: [{ decision: "approve" }],
  announced: true,
  followed: true,
};

/** A run under a cap on concurrency, whose only slot somebody else has when it wants to work. */
const slotted: Scenario = {
  ...deciding,
  input: { script: [held(1), { text: "The end." }] },
  decisions: [{ decision: "approve" }],
  slotted: true,
};

stopsAroundEveryWrite([
  // The one that the platform retries first: it mostly waits.
  ["a call of unknown outcome that a person is asked about", asking],
  ["calls that two people decide about at once", deciding],
  ["calls that are denied, twice at once", denying],
  ["calls that nobody decides about and that are not made", expiring("deny")],
  ["calls that nobody decides about and that are made", expiring("continue")],
  ["a run of which somebody outside is told everything", announced],
  ["a run that waits for its slot, twice", slotted],
]);

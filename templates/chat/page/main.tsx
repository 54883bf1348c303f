/**
 * The chat page: each message is the next turn of a conversation, a task which its part of the page
 * follows live. A turn knows what the turns before it said.
 */
import { useEffect, useRef, useState, type SubmitEvent } from "react";
import { createRoot } from "react-dom/client";
import { Opspawn } from "opspawn";
import { OpspawnProvider, useOpspawn, useTask } from "opspawn/react";

/** A message and the id of its task; null until the service has accepted it. */
interface Turn {
  readonly key: string;
  readonly text: string;
  readonly id: string | null;
}

const TURNS = "turns";
const CONVERSATION = "conversation";

// The cookie of the visitor identifies the page; the client only wants some key.
const client = new Opspawn({ url: location.origin, key: "cookie" });

function Chat() {
  const { conversations } = useOpspawn();
  const [turns, setTurns] = useState<readonly Turn[]>(stored);
  const [text, setText] = useState("");
  const [failure, setFailure] = useState("");
  const end = useRef<HTMLDivElement>(null);

  useEffect(() => {
    localStorage.setItem(TURNS, JSON.stringify(turns.filter(({ id }) => id !== null)));
    end.current?.scrollIntoView({ behavior: "smooth" });
  }, [turns]);

  async function send(event: SubmitEvent) {
    event.preventDefault();
    const goal = text.trim();
    if (goal === "") {
      return;
    }
    setText("");
    setFailure("");
    const key = crypto.randomUUID();
    setTurns((now) => [...now, { key, text: goal, id: null }]);
    try {
      // A message that is sent while an answer is under way waits for its end.
      const { id } = await conversations.send(conversation(), goal, {
        agent: "concierge",
        on_busy: "queue",
      });
      setTurns((now) => now.map((turn) => (turn.key === key ? { ...turn, id } : turn)));
    } catch (error) {
      setTurns((now) => now.filter((turn) => turn.key !== key));
      setText(goal);
      setFailure(error instanceof Error ? error.message : String(error));
    }
  }

  function restart() {
    localStorage.removeItem(CONVERSATION);
    setTurns([]);
  }

  return (
    <main className="chat">
      <header>
        <h1>Concierge</h1>
        {turns.length > 0 && <button onClick={restart}>New chat</button>}
      </header>
      <div aria-live="polite">
        {turns.length === 0 && (
          <p className="soft">Ask something, such as “What is 17% of 2,340?” Reload at any time.</p>
        )}
        <ol>
          {turns.map(({ key, text: question, id }) => (
            <li key={key}>
              <div className="bubble own">{question}</div>
              <Answer id={id} />
            </li>
          ))}
        </ol>
        <div ref={end} />
      </div>
      <form onSubmit={(event) => void send(event)}>
        <input
          aria-label="Message"
          placeholder="Message"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <button className="main">Send</button>
        {failure !== "" && <p role="alert">{failure}</p>}
      </form>
    </main>
  );
}

/** What a task says while it works and in the end, and what it asks. */
function Answer({ id }: { readonly id: string | null }) {
  const { status, text, waiting, error, failure, approve, deny } = useTask(id);
  const [question] = waiting?.questions ?? [];
  return (
    <div className="bubble">
      {text}
      {text === "" && error === null && failure === null && !question && (
        <span className="soft">{status === "waiting" ? "Waiting …" : "Thinking …"}</span>
      )}
      {question?.kind === "approval" && (
        <div className="ask">
          <span>
            {question.tool} <code>{JSON.stringify(question.arguments)}</code>
          </span>
          <button className="main" onClick={() => void approve({ callId: question.callId })}>
            Approve
          </button>
          <button onClick={() => void deny({ callId: question.callId })}>Deny</button>
        </div>
      )}
      {error !== null && <span role="alert">{error.message}</span>}
      {failure !== null && <span role="alert">{String(failure)}</span>}
    </div>
  );
}

/** Returns the name of the conversation, which a new one gets with its first message. */
function conversation(): string {
  const name = localStorage.getItem(CONVERSATION) ?? `chat-${crypto.randomUUID()}`;
  localStorage.setItem(CONVERSATION, name);
  return name;
}

function stored(): readonly Turn[] {
  try {
    return JSON.parse(localStorage.getItem(TURNS) ?? "[]") as Turn[];
  } catch {
    return [];
  }
}

const root = document.querySelector("#chat");
if (root !== null) {
  createRoot(root).render(
    <OpspawnProvider client={client}>
      <Chat />
    </OpspawnProvider>,
  );
}

/** Where the key is stored: in this tab, on request in this browser, and in other tabs of it. */

const NAME = "opspawn.key";
const CHANNEL = "opspawn.session";
/** How long a new tab waits for its siblings. */
const ASK_MS = 300;

/** A message between tabs of one browser. */
type Message =
  | { readonly type: "ask" }
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "out" };

/** Returns the key in the address' fragment, and removes it from the address at once. */
export function takeFragment(): string | null {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (key !== null) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return key === "" ? null : key;
}

/** Returns the key that this tab or this browser kept. */
export function storedKey(): string | null {
  try {
    return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

/** Whether this browser keeps the key when its tabs are closed. */
export function isKept(): boolean {
  try {
    return localStorage.getItem(NAME) !== null;
  } catch {
    return false;
  }
}

/** Keeps a key for this tab and, with `keep`, for this browser. */
export function storeKey(key: string, keep: boolean): void {
  try {
    sessionStorage.setItem(NAME, key);
    if (keep) {
      localStorage.setItem(NAME, key);
    } else {
      localStorage.removeItem(NAME);
    }
  } catch {
    // Storage is forbidden: the key holds until the page is left.
  }
}

/** Forgets the key in this tab and this browser. */
export function forgetKey(): void {
  try {
    sessionStorage.removeItem(NAME);
    localStorage.removeItem(NAME);
  } catch {
    // Nothing was kept either.
  }
}

/** Asks other tabs of this browser for their key; null if none answers in time. */
export function askSiblings(): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.type === "key") {
      resolve(data.key);
    }
  });
  setTimeout(() => resolve(null), ASK_MS);
  tell(channel, { type: "ask" });
  return promise.finally(() => channel.close());
}

/** Answers tabs that ask for the key, and follows them when they sign out. */
export function answerSiblings(keyNow: () => string | null, onOut: () => void): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    const key = keyNow();
    if (data.type === "ask" && key !== null) {
      tell(channel, { type: "key", key });
    } else if (data.type === "out") {
      onOut();
    }
  });
}

/** Tells all tabs to sign out. */
export function tellOut(): void {
  const channel = new BroadcastChannel(CHANNEL);
  tell(channel, { type: "out" });
  channel.close();
}

function tell(channel: BroadcastChannel, message: Message): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
  channel.postMessage(message);
}

/**
 * Rechecks the keys of open sockets. A socket outlives the request that opened it, and keys are
 * revoked; so a key is looked up when something happens on its socket and the last lookup is too
 * old. An idle socket costs nothing.
 */
import type { Credential } from "../../../store/keys.ts";
import { within } from "../../../timing.ts";
import { CLOSE } from "./live-protocol.ts";
import { attach, attachmentOf, close } from "./watcher-socket.ts";

/** The port for key lookups. */
export interface KeyCheck {
  /** Returns the indexes of the keys that are still valid. */
  stillValid(shown: readonly Credential[]): Promise<ReadonlySet<number>>;
  /** Time for which a valid key is not looked up again, milliseconds. */
  readonly everyMs: () => number;
  readonly now: () => number;
}

/** The result of a lookup; `unknown` if it failed or took too long. */
export type KeyState = "valid" | "invalid" | "unknown";

/** Maximum time that events wait for a lookup, milliseconds. */
const LOOKUP_MS = 3000;
/** Pause before a failed lookup is retried, milliseconds. */
const RETRY_MS = 1000;

/** Looks up the keys of one run's sockets. */
export class KeyRecheck {
  readonly #keys: KeyCheck;
  // Not persisted: pending lookups, and the time of the last failed lookup of each socket.
  readonly #checking = new Map<WebSocket, Promise<KeyState>>();
  readonly #unknownAt = new WeakMap<WebSocket, number>();

  constructor(keys: KeyCheck) {
    this.#keys = keys;
  }

  now(): number {
    return this.#keys.now();
  }

  /** Returns whether the last lookup of a socket's key is too old. */
  isDue(socket: WebSocket): boolean {
    const { checkedAt = 0 } = attachmentOf(socket);
    return this.now() - checkedAt >= this.#keys.everyMs();
  }

  /**
   * Returns whether a lookup may be made now: one that just failed is not repeated with every
   * event.
   */
  mayAsk(socket: WebSocket): boolean {
    const at = this.#unknownAt.get(socket);
    return at === undefined || this.now() - at >= RETRY_MS || this.#checking.has(socket);
  }

  /** Returns the state of one socket's key, looked up if it is due. */
  async stateOf(socket: WebSocket): Promise<KeyState> {
    return this.isDue(socket) ? ((await this.check([socket]).get(socket)) ?? "unknown") : "valid";
  }

  /**
   * Looks up the keys of sockets, in one query for those without a pending lookup. Closes the
   * sockets whose key is invalid.
   */
  check(sockets: readonly WebSocket[]): ReadonlyMap<WebSocket, Promise<KeyState>> {
    const fresh = sockets.filter((socket) => !this.#checking.has(socket));
    if (fresh.length > 0) {
      const shown = fresh.map((socket) => {
        const { by, secret = 0 } = attachmentOf(socket);
        return { keyId: by, secret };
      });
      const answer = within(this.#keys.stillValid(shown), LOOKUP_MS).catch(() => null);
      for (const [place, socket] of fresh.entries()) {
        this.#checking.set(
          socket,
          answer.then((valid) => this.#onLookup(socket, valid?.has(place) ?? null)),
        );
      }
    }
    return new Map(
      sockets.map((socket) => [socket, this.#checking.get(socket) ?? Promise.resolve("unknown")]),
    );
  }

  #onLookup(socket: WebSocket, valid: boolean | null): KeyState {
    this.#checking.delete(socket);
    if (valid === null) {
      this.#unknownAt.set(socket, this.now());
      return "unknown";
    }
    this.#unknownAt.delete(socket);
    if (!valid) {
      close(socket, CLOSE.notAuthorised, "the key is no longer valid");
      return "invalid";
    }
    attach(socket, { ...attachmentOf(socket), checkedAt: this.now() });
    return "valid";
  }
}

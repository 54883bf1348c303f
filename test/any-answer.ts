/** A service that gives one answer to all requests. */
import { fakeService, type Fake } from "./fake-service.ts";

/** One answer for all: it has a field of every kind of resource. */
export const ANY = {
  id: "id_1",
  name: "n",
  version: 2,
  status: "running",
  waiting_for: null,
  state: "delivered",
  enabled: true,
  kind: "http",
  effect: "pure",
  description: "d",
  failing_since: null,
  url: "https://a.example/x",
  health: { status: "ok" },
  secret: "whsec_1",
  key: "opsk_new",
  authorized: false,
  authorization_url: "https://auth.example/start",
  scope: "tenant",
  period: "day",
  max_cost_usd: 5,
  spent_usd: 1,
  max_runs: 10,
  running: 2,
  waiting: 3,
  data: [],
  next_cursor: null,
  total: 0,
};

/** Returns a service whose every answer is `ANY`. */
export function anything(): Promise<Fake> {
  return fakeService([], ({ line }) =>
    line.startsWith("DELETE") ? { status: 204 } : { status: 200, body: ANY },
  );
}

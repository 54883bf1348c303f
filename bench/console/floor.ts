/**
 * The floors of the console: pages that do only what has to be done. They are of the service's origin,
 * so that they may open its sockets.
 */
import type { Page } from "playwright-core";

/** Opens the same socket as the console, and prints what arrives. */
const WATCHER = `<!doctype html><title>floor</title><pre id="log"></pre><script>
  const { key, id } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const log = document.querySelector("#log");
  const print = (text) => {
    const line = document.createElement("div");
    line.className = "line";
    line.textContent = text;
    log.append(line);
  };
  (async () => {
    const asked = await fetch("/api/v1/tasks/" + id + "/ticket", {
      method: "POST",
      headers: { Authorization: "Bearer " + key },
    });
    const { ticket } = await asked.json();
    const url = location.origin.replace("http", "ws") + "/api/v1/tasks/" + id + "/events";
    const socket = new WebSocket(url + "?after=0&ticket=" + ticket, "opspawn.v1");
    socket.onopen = () => socket.send("ping");
    socket.onmessage = ({ data }) => {
      const message = data === "pong" ? {} : JSON.parse(data);
      if (message.type === "event") {
        const { seq, type, data: more } = message.event;
        print("#" + seq + " " + type + " " + (more.text ?? ""));
      }
    };
  })();
</script>`;

/** A list of rows of which only those that are seen exist; nothing is loaded. */
const LIST = `<!doctype html><title>floor</title>
<style>
  body { margin: 0; font: 14px sans-serif }
  #rows { position: sticky; top: 0 }
  .line { height: 28px; white-space: nowrap; overflow: hidden }
</style>
<div id="list"><div id="rows"></div></div><script>
  const count = Number(location.hash.slice(1));
  document.querySelector("#list").style.height = count * 28 + "px";
  const rows = Array.from({ length: 50 }, () => {
    const line = document.createElement("div");
    line.className = "line";
    document.querySelector("#rows").append(line);
    return line;
  });
  const draw = () => {
    const first = Math.floor(scrollY / 28);
    rows.forEach((row, i) => { row.textContent = "#" + (first + i) + " tool.completed get_order"; });
  };
  addEventListener("scroll", draw, { passive: true });
  draw();
</script>`;

/** For pages that no server has sent, which Chromium would not let speak to this machine. */
export const FLOOR_FLAGS = ["--disable-features=LocalNetworkAccessChecks"];

/** Lets a page answer for the floors of a service. */
export async function serveFloors(page: Page, url: string): Promise<void> {
  for (const [name, body] of Object.entries({ watcher: WATCHER, list: LIST })) {
    await page.route(`${url}/floor/${name}**`, (route) =>
      route.fulfill({ contentType: "text/html", body }),
    );
  }
}

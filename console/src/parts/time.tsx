/** Times: every one of the page is made here, so that each names its zone and has its ISO form. */
import { useEffect } from "preact/hooks";
import { now, useOfClock } from "./clock.ts";
import { agoText, spanText } from "./number.ts";
import { zone, zoneName } from "./preferences.ts";

interface TimeProps {
  /** RFC 3339, or milliseconds since 1970. */
  readonly at: string | number;
}

/** A point in time: date and time of day in the chosen zone. */
export function Time({ at }: TimeProps) {
  const ms = msOf(at);
  return (
    <time dateTime={isoOf(ms)} title={isoOf(ms)} class="time">
      {timeText(ms)}
    </time>
  );
}

/** How long ago a time is, such as `4 min`; the exact time is its title. */
export function Ago({ at }: TimeProps) {
  const ms = msOf(at);
  useEffect(useOfClock, []);
  return (
    <time dateTime={isoOf(ms)} title={`${timeText(ms)} · ${isoOf(ms)}`} class="time">
      {agoText(now.value - ms)}
    </time>
  );
}

/** The time left until a moment, counting down; `past` when it is over. */
export function Countdown({ at, past = "now" }: TimeProps & { readonly past?: string }) {
  const ms = msOf(at);
  useEffect(useOfClock, []);
  const left = ms - now.value;
  return (
    <time dateTime={isoOf(ms)} title={`${timeText(ms)} · ${isoOf(ms)}`} class="time">
      {left <= 0 ? past : spanText(Math.ceil(left / 1000) * 1000).replace(".0", "")}
    </time>
  );
}

/** The time since a moment, counting up. */
export function Since({ at }: TimeProps) {
  const ms = msOf(at);
  useEffect(useOfClock, []);
  const gone = Math.max(0, Math.floor((now.value - ms) / 1000) * 1000);
  return (
    <time dateTime={isoOf(ms)} title={isoOf(ms)} class="time">
      {spanText(gone).replace(".0", "")}
    </time>
  );
}

/** Formats a time with its zone: `30 Nov 2026, 11:53:17 UTC`. */
export function timeText(ms: number): string {
  if (Number.isNaN(ms)) {
    return "unknown";
  }
  return formatter(zone.value).format(ms);
}

function msOf(at: string | number): number {
  return typeof at === "number" ? at : Date.parse(at);
}

function isoOf(ms: number): string {
  return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(name: string): Intl.DateTimeFormat {
  const known = formatters.get(name);
  if (known !== undefined) {
    return known;
  }
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: zoneName(),
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
  formatters.set(name, made);
  return made;
}

/** Pure: numbers as people read them. */

const UNITS = ["B", "KiB", "MiB", "GiB"] as const;

/** Formats a count of bytes or characters: `812 B`, `1.4 MiB`. */
export function sizeText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[power] ?? "B"}`;
}

/** Formats a count: `12,345`; from 100,000 on `123k`, `1.2M`. */
export function countText(count: number): string {
  if (count < 100_000) {
    return count.toLocaleString("en-US");
  }
  return count < 1_000_000 ? `${Math.round(count / 1000)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

/** Formats dollars with at least two decimals, and more for small sums: `$0.0042`, `$1.20`. */
export function moneyText(usd: number): string {
  if (usd === 0) {
    return "$0";
  }
  if (usd < 0.000_001) {
    return "<$0.000001";
  }
  const digits = usd >= 1 ? 2 : Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(usd))));
  const text = usd.toLocaleString("en-US", {
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  });
  return `$${text}`;
}

/** Formats a span of time in at most two units: `420 ms`, `3.4 s`, `2 min 5 s`, `3 h 20 min`, `4 d 2 h`. */
export function spanText(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) {
    return "0 ms";
  }
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 59_950) {
    return `${(ms / 1000).toFixed(1)} s`;
  }
  const s = Math.round(ms / 1000);
  const [days, hours, minutes, seconds] = [
    Math.floor(s / 86_400),
    Math.floor(s / 3600) % 24,
    Math.floor(s / 60) % 60,
    s % 60,
  ];
  const parts: [number, string][] =
    days > 0
      ? [
          [days, "d"],
          [hours, "h"],
        ]
      : hours > 0
        ? [
            [hours, "h"],
            [minutes, "min"],
          ]
        : [
            [minutes, "min"],
            [seconds, "s"],
          ];
  return parts
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(" ");
}

/** Formats how long ago or how far ahead a time is, in one unit: `now`, `4 min`, `3 d`. */
export function agoText(ms: number): string {
  const s = Math.abs(ms) / 1000;
  if (s < 5) {
    return "now";
  }
  if (s < 60) {
    return `${Math.floor(s)} s`;
  }
  if (s < 3600) {
    return `${Math.floor(s / 60)} min`;
  }
  return s < 86_400 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86_400)} d`;
}

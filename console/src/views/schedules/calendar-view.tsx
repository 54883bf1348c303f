/** A calendar of past and coming firings: five weeks, with a mark for each firing. */
import type { Firing, Occurrence } from "../../../../sdk/src/model.ts";
import { Mark } from "../../parts/chip.tsx";
import { weeksOf, type Day } from "./calendar.ts";
import { FIRINGS, firingText } from "./schedule-state.tsx";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });
/** Marks of one day; what is left is counted. */
const MOST = 6;

interface CalendarProps {
  readonly firings: readonly Firing[];
  readonly next: readonly Occurrence[];
  readonly timezone: string;
}

/** The calendar; its third week is the current one. */
export function Calendar({ firings, next, timezone }: CalendarProps) {
  return (
    <>
      <p class="schedule-weekdays muted" aria-hidden="true">
        {WEEKDAYS.map((name) => (
          <span key={name}>{name}</span>
        ))}
      </p>
      <ol class="schedule-days">
        {weeksOf(firings, next, timezone, Date.now()).map((day, i) => (
          <li key={day.day} class={day.isToday ? "schedule-today" : undefined}>
            <time dateTime={day.day}>
              <span class="hidden">{day.day}</span>
              <span aria-hidden="true">{dayText(day.day, i === 0)}</span>
            </time>
            <Marks day={day} />
          </li>
        ))}
      </ol>
    </>
  );
}

/** The number of a day, with its month where that is new. */
function dayText(day: string, isFirst: boolean): string {
  const number = Number(day.slice(8));
  return isFirst || number === 1 ? `${number} ${MONTH.format(Date.parse(day))}` : String(number);
}

function Marks({ day: { past, next } }: { readonly day: Day }) {
  const left = past.length + next.length - MOST;
  return past.length + next.length === 0 ? null : (
    <ul>
      {past.slice(-MOST).map((firing) => (
        <li
          key={`${firing.occurrence_at} ${firing.trigger} ${firing.at}`}
          class={`tone-${FIRINGS[firing.status][0]}`}
          title={`${firing.occurrence_at}: ${firingText(firing)}`}
        >
          <Mark tone={FIRINGS[firing.status][0]} />
          <span class="hidden">{firingText(firing)}</span>
        </li>
      ))}
      {next.slice(0, Math.max(0, MOST - past.length)).map(({ at, local, note }) => (
        <li key={at} class="schedule-coming" title={local}>
          <span class="hidden">{note === "excluded" ? "excluded" : `comes at ${local}`}</span>
        </li>
      ))}
      {left > 0 && <li class="schedule-left muted">+{left}</li>}
    </ul>
  );
}

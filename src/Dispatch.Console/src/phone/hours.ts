// The hours of the week in which a volunteer may be called, chosen by quarters of a day. Hours that the station entered otherwise are kept as they are
// wherever the volunteer does not touch them. Local times of his home region; pure.
export interface Span { weekday: number; from: string; to: string }

/** The wire has no 24:00: the last quarter ends with 23:59. */
export const quarters = [
  { name: 'night', from: 0, to: 360 }, { name: 'morning', from: 360, to: 720 }, { name: 'afternoon', from: 720, to: 1080 }, { name: 'evening', from: 1080, to: 1439 },
] as const;
export type Quarter = (typeof quarters)[number];

interface Stretch { from: number; to: number }
const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
const text = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const dayOf = (week: readonly Span[], weekday: number): Stretch[] =>
  week.filter((span) => span.weekday === weekday).map((span) => ({ from: minutes(span.from), to: minutes(span.to) }));

/** How much of the quarter is among the hours. */
export function share(week: readonly Span[], weekday: number, { from, to }: Quarter): 'all' | 'some' | 'none' {
  const inside = dayOf(week, weekday).reduce((sum, each) => sum + Math.max(0, Math.min(each.to, to) - Math.max(each.from, from)), 0);
  return inside >= to - from ? 'all' : inside > 0 ? 'some' : 'none';
}

/** Takes the whole quarter in, or out when all of it was in. Stretches that touch become one. */
export function toggled(week: readonly Span[], weekday: number, quarter: Quarter): Span[] {
  const day = dayOf(week, weekday);
  const next = share(week, weekday, quarter) === 'all'
    ? day.flatMap(({ from, to }) => [{ from, to: Math.min(to, quarter.from) }, { from: Math.max(from, quarter.to), to }])
    : [...day, { from: quarter.from, to: quarter.to }];
  const joined: Stretch[] = [];
  for (const each of next.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && each.from <= last.to) last.to = Math.max(last.to, each.to);
    else joined.push({ ...each });
  }
  return [...week.filter((span) => span.weekday !== weekday), ...joined.map(({ from, to }) => ({ weekday, from: text(from), to: text(to) }))]
    .sort((a, b) => a.weekday - b.weekday || a.from.localeCompare(b.from))
    .map(({ weekday: on, from, to }) => ({ weekday: on, from: from.slice(0, 5), to: to.slice(0, 5) }));
}

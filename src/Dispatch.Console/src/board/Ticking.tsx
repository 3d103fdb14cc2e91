// The only parts of the page that change every second. Each reads the clock itself, so that nothing around it is drawn again.
import { now } from '../live/clock';
import type { Instant } from '../live/contract';
import { spanOf } from '../words/times';
import { words } from '../words/console';

const ms = (at: Instant | number) => (typeof at === 'number' ? at : Date.parse(at));

export const Age = ({ since }: { since: Instant | number }) => <span class="num">{spanOf(now.value - ms(since))}</span>;

/** Nobody has answered for so long. */
export const Silence = ({ since }: { since: number }) => <>{words().silent(spanOf(now.value - since))}</>;

export function Countdown({ to }: { to: Instant | number }) {
  const left = ms(to) - now.value;
  if (left <= 0) return <span class="num late">{words().overdue}</span>;
  return <span class={`num${left < 15_000 ? ' late' : ''}`}>{spanOf(left + 999)}</span>;
}

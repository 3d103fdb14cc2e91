// The week at a glance, one tap per quarter of a day.
import { detailOf, titleOf } from '../../words/lang';
import { quarters, share, toggled } from '../hours';
import { box, confirmedAt, hours, refusals, setHours } from '../orders';
import { w } from '../words';
import { Icon } from './Icon';
import { Page, Standing } from './Parts';

const days = [1, 2, 3, 4, 5, 6, 0];
const clock = (minute: number) => Math.round(minute / 60);

export function HoursPage() {
  const week = hours.value;
  const refusal = refusals.value.hours;
  return (
    <Page title={w().hours}>
      {box.value.some((order) => order.lane === 'hours') || confirmedAt.value.hours
        ? <Standing lane="hours" confirmed={confirmedAt.value.hours} /> : <p class="quiet">{w().hoursHow}</p>}
      <table class="week">
        <thead><tr><td />{quarters.map((quarter) => <th key={quarter.name} scope="col">{w()[quarter.name]}<span>{clock(quarter.from)}–{clock(quarter.to)}</span></th>)}</tr></thead>
        <tbody>
          {days.map((day) => (
            <tr key={day}>
              <th scope="row">{w().weekdays(day)}</th>
              {quarters.map((quarter) => {
                const part = share(week, day, quarter);
                return (
                  <td key={quarter.name}>
                    <button type="button" class={part} aria-pressed={part === 'all' ? 'true' : part === 'some' ? 'mixed' : 'false'}
                      aria-label={`${w().weekdays(day)} ${w()[quarter.name]}`} onClick={() => setHours(toggled(week, day, quarter))}>
                      {part === 'all' ? <Icon shape="tick" /> : part === 'some' ? w().partly : ''}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {refusal?.kind === 'refused' && <p class="refused" role="alert">{w().refused(detailOf(refusal.problem) ?? titleOf(refusal.problem))}</p>}
    </Page>
  );
}

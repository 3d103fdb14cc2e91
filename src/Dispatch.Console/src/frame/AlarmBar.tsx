import { board } from '../live/boardFeed';
import { select } from '../board/choices';
import { Icon } from '../board/glyphs';
import { categoryOf } from '../live/reference';
import { kindOf, nameOf } from '../words/lang';
import { words } from '../words/console';
import { acknowledge, ringing } from './alarm';

export function AlarmBar() {
  const w = words();
  if (ringing.value.length === 0) return null;
  const what = ringing.value.flatMap((key) => {
    const [id, ordinal] = key.split('/') as [string, string];
    const incident = board.value.incidents.get(id);
    const need = incident?.needs.find((n) => n.ordinal === Number(ordinal));
    return incident && need ? [{ key, id, text: `${kindOf(incident, categoryOf(incident.category))} ${incident.address} · ${nameOf(need)} ${need.filled}/${need.count}` }] : [];
  });
  return (
    <div class="alarm-bar" role="alert">
      <Icon name="flag" size={18} />
      <b>{w.alarm(what.length)}</b>
      <span class="alarm-list">{what.map((x) => <button type="button" key={x.key} class="link" onClick={() => select(x.id)}>{x.text}</button>)}</span>
      <button type="button" class="primary" onClick={acknowledge}>{w.acknowledge}</button>
    </div>
  );
}

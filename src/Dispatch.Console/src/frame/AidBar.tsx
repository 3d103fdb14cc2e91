// A neighbour asks this desk for people: seen on every page until it is answered, and heard once. The time to answer runs.
import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { AsOf } from '../board/AsOf';
import { view } from '../board/choices';
import { Icon } from '../board/glyphs';
import { Countdown } from '../board/Ticking';
import { aid, aidDesk } from '../live/aid';
import { categoryOf } from '../live/reference';
import { me } from '../live/signing';
import { aidWords } from '../words/aid';
import { nameOf } from '../words/lang';
import { sound } from './alarm';

const SHOWN = 3;

export function AidBar() {
  const w = aidWords();
  useEffect(() => {
    let known: ReadonlySet<string> | null = null; // what waited when the page was opened is shown and does not ring
    return effect(() => {
      if (!aidDesk.value) return;
      const now = new Set(aidDesk.value.requests.filter((r) => r.mayAnswer).map((r) => r.id));
      if (known !== null && [...now].some((id) => !known!.has(id))) sound();
      known = now;
    });
  }, []);
  const waiting = (aidDesk.value?.requests ?? []).filter((r) => r.mayAnswer);
  if (waiting.length === 0 || view.value === 'aid') return null;
  return (
    <section class="liaison-bar aid-bar" role="alert" aria-label={w.waiting}>
      {waiting.slice(0, SHOWN).map((r) => (
        <div key={r.id}>
          <Icon name="people" /><b>{w.from(r.borrower.name)}</b>{me.value?.region.code !== r.lender.code && <b class="doubt">{w.inStead(r.lender.name)}</b>}
          <span>{nameOf(categoryOf(r.incident.category))} · {r.incident.address} · {r.needs.map((n) => w.wants(n.missing, nameOf(n))).join('；')}</span>
          {/* not read out every second */}
          {r.dueAt && <span class="aid-due" aria-hidden="true"><Icon name="clock" size={12} /><Countdown to={r.dueAt} /></span>}
          <button type="button" class="small" onClick={() => { view.value = 'aid'; }}>{w.open}<kbd>D</kbd></button>
        </div>
      ))}
      {aid.standing.value === 'old' && <AsOf of={aid} />}
      {waiting.length > SHOWN && <div><span class="muted">+{waiting.length - SHOWN}</span></div>}
    </section>
  );
}

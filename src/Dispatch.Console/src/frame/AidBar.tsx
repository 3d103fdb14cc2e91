// A neighbour asks this desk for people: seen on every page until it is answered, and heard once. The time to answer runs.
import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { AsOf } from '../board/AsOf';
import { view } from '../board/choices';
import { Icon } from '../board/glyphs';
import { Countdown } from '../board/Ticking';
import { aid, aidDesk, appealsHere, stillOut } from '../live/aid';
import { categoryOf } from '../live/reference';
import { now } from '../live/clock';
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
      const here = new Set([...aidDesk.value.requests.filter((r) => r.mayAnswer), ...aidDesk.value.lent.filter((l) => appealsHere(l, now.peek()))].map((r) => r.id));
      if (known !== null && [...here].some((id) => !known!.has(id))) sound();
      known = here;
    });
  }, []);
  const waiting = (aidDesk.value?.requests ?? []).filter((r) => r.mayAnswer);
  const appeals = (aidDesk.value?.lent ?? []).filter((l) => appealsHere(l, now.value));
  if (waiting.length + appeals.length === 0 || view.value === 'aid') return null;
  return (
    <section class="liaison-bar aid-bar" role="alert" aria-label={w.waiting}>
      {appeals.slice(0, SHOWN).map((l) => (
        <div key={l.id} data-appeal={l.id}>
          <Icon name="people" /><b>{w.wantsBack(l.lender.name, stillOut(l, now.value))}</b><b class="doubt">{w.youDecide(l.borrower.name)}</b>
          <span>{nameOf(categoryOf(l.category))} · {l.address}</span>
          <span class="aid-due" aria-hidden="true"><Icon name="clock" size={12} /><Countdown to={l.appeal!.dueAt!} /></span>
          <button type="button" class="small" onClick={() => { view.value = 'aid'; }}>{w.open}<kbd>D</kbd></button>
        </div>
      ))}
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
      {[waiting, appeals].map((all, i) => all.length > SHOWN && <div key={i}><span class="muted">+{all.length - SHOWN}</span></div>)}
    </section>
  );
}

// The muster board: the musters of the region on the left, the chosen one's roll call beside it.
import { computed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../board/glyphs';
import { now } from '../live/clock';
import type { Muster } from '../live/contract';
import { chosenMuster, musters, mustersLoaded, readMusters } from '../live/musters';
import { zone } from '../live/signing';
import { placeOf } from '../words/lang';
import { musterWords } from '../words/muster';
import { whenOf } from '../words/times';
import { callOpen } from './calling';
import { MusterForm } from './MusterForm';
import { RollCallBoard } from './RollCallBoard';

const newestFirst = (a: Muster, b: Muster) => (a.calledAt < b.calledAt ? 1 : -1);
const all = computed(() => [...musters.value.values()].sort(newestFirst));
export const openMusters = computed(() => all.value.filter((m) => m.state === 'open').length);

export function MusterPage() {
  const w = musterWords();
  useEffect(() => { void readMusters(); }, []);
  const open = all.value.filter((m) => m.state === 'open');
  const ended = all.value.filter((m) => m.state !== 'open');
  const chosen = musters.value.get(chosenMuster.value ?? '') ?? open[0] ?? null;
  return (
    <main class="musters">
      <section class="muster-list" aria-label={w.musters}>
        <header class="board-head"><h2>{w.musters}</h2><button type="button" class="primary" onClick={() => { callOpen.value = true; }}><Icon name="plus" />{w.call}</button></header>
        {mustersLoaded.value !== 'yes' && <p class="empty">{mustersLoaded.value === 'failed' ? w.failed : w.loading}</p>}
        {mustersLoaded.value === 'yes' && open.length === 0 && <p class="empty">{w.none}</p>}
        <ul>{open.map((m) => <Row key={m.id} muster={m} chosen={m.id === chosen?.id} />)}</ul>
        {ended.length > 0 && <h3 class="muted">{w.ended}</h3>}
        <ul>{ended.map((m) => <Row key={m.id} muster={m} chosen={m.id === chosen?.id} />)}</ul>
      </section>
      {chosen ? <RollCallBoard key={chosen.id} muster={chosen} /> : <p class="empty">{w.choose}</p>}
      {callOpen.value && <MusterForm />}
    </main>
  );
}

function Row({ muster, chosen }: { muster: Muster; chosen: boolean }) {
  const w = musterWords();
  const { counts } = muster;
  return (
    <li>
      <button type="button" class={`muster-row${muster.state === 'open' ? '' : ' past'}${muster.drill ? ' drill' : ''}`} aria-current={chosen ? 'true' : undefined} onClick={() => { chosenMuster.value = muster.id; }}>
        <span class="muster-row-head"><b>{placeOf(muster)}</b><span class="num muted">{whenOf(muster.assembleAt, zone(), now.value).replace(/:\d\d$/, '')}</span></span>
        <span class="muster-row-sub">{muster.purpose}</span>
        <span class="num">{w.checkedIn} {counts.checkedIn} · {w.accepted} {counts.accepted} · {w.called} {counts.people}</span>
      </button>
    </li>
  );
}

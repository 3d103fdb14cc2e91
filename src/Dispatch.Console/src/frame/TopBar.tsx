import type { ReadonlySignal } from '@preact/signals';
import { view } from '../board/choices';
import { Icon } from '../board/glyphs';
import { aidWaiting } from '../live/aid';
import { now } from '../live/clock';
import type { Freshness } from '../live/connection';
import { me, signOut, zone } from '../live/signing';
import { nameOf, switchLang } from '../words/lang';
import { dateOf, timeOf } from '../words/times';
import { words } from '../words/console';
import { openMusters } from '../musters/MusterPage';
import { aidWords } from '../words/aid';
import { musterWords } from '../words/muster';
import { policyWords } from '../words/policies';
import { systemWords } from '../words/system';
import { soundBlocked, soundOn, switchSound } from './alarm';
import { helpOpen } from './Help';
import { switchTheme, theme } from './theme';

export function TopBar({ freshness }: { freshness: ReadonlySignal<Freshness> }) {
  const w = words();
  const self = me.value;
  return (
    <header class="top">
      <div class="top-region">
        <b>{nameOf(self?.region)}</b>
        <span class="muted">{w.title}</span>
      </div>
      <nav class="top-views" aria-label={w.title}>
        {(['command', 'musters', 'aid', 'roster', 'policies', 'system'] as const).map((key) => <button type="button" key={key} aria-current={view.value === key ? 'page' : undefined} onClick={() => { view.value = key; }}>{key === 'system' ? systemWords().nav : key === 'policies' ? policyWords().nav : key === 'musters' ? musterWords().musters : key === 'aid' ? aidWords().nav : w[key]}{key === 'aid' && aidWaiting.value > 0 && <span class="num count">{aidWaiting.value}</span>}{key === 'musters' && openMusters.value > 0 && <span class="num count">{openMusters.value}</span>}</button>)}
      </nav>
      <FreshnessMark freshness={freshness} />
      <div class="top-clock" title={`${w.zoneClock} ${zone()}`}>
        <span class="muted num">{dateOf(now.value, zone())}</span>
        <b class="num">{timeOf(now.value, zone())}</b>
      </div>
      <div class="top-tools">
        <button type="button" class="icon-button" onClick={() => window.open('/console.html?map', 'dispatch-map')} aria-label={w.mapWindow} title={w.mapWindow}><Icon name="screen" /></button>
        <button type="button" class={`icon-button${soundBlocked.value ? ' hot' : ''}`} aria-pressed={soundOn.value} onClick={switchSound} aria-label={soundOn.value ? w.soundOn : w.soundOff} title={soundBlocked.value ? w.soundBlocked : soundOn.value ? w.soundOn : w.soundOff}><Icon name={soundOn.value ? 'bell' : 'mute'} /></button>
        <button type="button" class="icon-button" onClick={switchTheme} aria-label={`${w.theme}：${theme.value === 'dark' ? w.dark : w.light}`} title={`${w.theme} (T)`}><Icon name={theme.value === 'dark' ? 'moon' : 'sun'} /></button>
        <button type="button" class="quiet" onClick={switchLang} title="L">{w.language}</button>
        <button type="button" class="icon-button" onClick={() => { helpOpen.value = true; }} aria-label={w.help} title={`${w.help} (?)`}><Icon name="keys" /></button>
        <span class="top-name">{self?.name}</span>
        <button type="button" class="quiet" onClick={() => void signOut()}>{w.signOut}</button>
      </div>
    </header>
  );
}

/** Shape, word and colour: a filled dot, a half turn, a cross. Never colour alone. */
function FreshnessMark({ freshness }: { freshness: ReadonlySignal<Freshness> }) {
  const w = words();
  const f = freshness.value;
  const text = f.kind === 'live' ? w.live : f.kind === 'catchingUp' ? w.catchingUp : f.since === null ? w.neverConnected : w.noConnectionSince(timeOf(f.since, zone()));
  return <div class={`fresh fresh-${f.kind}`} role="status" aria-live="assertive" data-freshness={f.kind}><i aria-hidden="true" /><span>{text}</span></div>;
}

/** Old data never looks live: as long as there is no connection, this lies across the page and everything below is grey. */
export function StaleBanner({ freshness }: { freshness: ReadonlySignal<Freshness> }) {
  const w = words();
  const f = freshness.value;
  if (f.kind !== 'none') return null;
  return <div class="stale" role="alert"><Icon name="warn" /><b>{f.since === null ? w.neverConnected : w.staleBoard(timeOf(f.since, zone()))}</b><span>{w.reconnecting}</span></div>;
}

import { effect } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { ConfirmDialog } from './actions/ConfirmDialog';
import { draft } from './actions/raising';
import { RaiseForm } from './actions/RaiseForm';
import { Board } from './board/Board';
import { mapAlone, view } from './board/choices';
import { AidBar } from './frame/AidBar';
import { AlarmBar } from './frame/AlarmBar';
import { watchForAlarms } from './frame/alarm';
import { HealthBanner } from './frame/HealthBanner';
import { Help } from './frame/Help';
import { listenToKeys } from './frame/keys';
import { LiaisonBar } from './frame/LiaisonBar';
import { NotForVolunteers, SignIn } from './frame/SignIn';
import { StaleBanner, TopBar } from './frame/TopBar';
import './frame/theme';
import { aid } from './live/aid';
import { followBoard } from './live/boardFeed';
import { sendUnconfirmed, takeUpOrders } from './live/orders';
import { readReference } from './live/reference';
import { me, stillSignedIn } from './live/signing';
import { watchHealth } from './live/system';
import { MapPane } from './map/MapPane';
import { MusterPage } from './musters/MusterPage';
import { IncidentPanel } from './panels/IncidentPanel';
import { MutualAid } from './panels/MutualAid';
import { Policies } from './panels/Policies';
import { Roster } from './panels/Roster';
import { System } from './panels/System';
import { lang } from './words/lang';
import { words } from './words/console';
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/board.css';
import './styles/panel.css';
import './styles/forms.css';
import './styles/map.css';
import './styles/roster.css';
import './styles/system.css';
import './styles/policies.css';
import './styles/muster.css';
import './styles/waves.css';

function Console() {
  const link = useMemo(() => followBoard(stillSignedIn), []);
  useEffect(() => {
    void readReference();
    if (!mapAlone) takeUpOrders();
    const stops = [
      effect(() => { if (link.freshness.value.kind === 'live' && !mapAlone) sendUnconfirmed(); }),
      mapAlone ? () => {} : watchForAlarms(),
      listenToKeys(),
      watchHealth(),
      mapAlone ? () => {} : aid.watch(),
      () => link.stop(),
    ];
    return () => { for (const stop of stops) stop(); };
  }, []);
  const stale = link.freshness.value.kind === 'none';
  return (
    <div class={`console${stale ? ' is-stale' : ''}${mapAlone ? ' map-alone' : ''}`}>
      <TopBar freshness={link.freshness} />
      <StaleBanner freshness={link.freshness} />
      <HealthBanner />
      <AlarmBar />
      {!mapAlone && <AidBar />}
      {!mapAlone && <LiaisonBar />}
      {view.value === 'roster' && !mapAlone ? <Roster /> : view.value === 'musters' && !mapAlone ? <MusterPage /> : view.value === 'aid' && !mapAlone ? <MutualAid /> : view.value === 'policies' && !mapAlone ? <Policies /> : view.value === 'system' && !mapAlone ? <System /> : (
        <main class="command">
          {!mapAlone && <Board />}
          <MapPane />
          {!mapAlone && (draft.value ? <RaiseForm /> : <IncidentPanel />)}
        </main>
      )}
      <ConfirmDialog />
      <Help />
    </div>
  );
}

function Page() {
  const self = me.value;
  if (self === undefined) return <main class="sign-in"><p class="muted">{words().loading}</p></main>;
  if (self === null) return <SignIn />;
  return self.role === 'operator' ? <Console key={self.accountId} /> : <NotForVolunteers />;
}

async function begin(): Promise<void> {
  for (;;) {
    await stillSignedIn();
    if (me.peek() !== undefined) return;
    await new Promise((later) => setTimeout(later, 2_000)); // no answer yet: neither signed in nor out
  }
}

effect(() => { void lang.value; document.title = `${me.value?.region.name ?? ''}${words().title}`; });
render(<Page />, document.getElementById('app')!);
void begin();

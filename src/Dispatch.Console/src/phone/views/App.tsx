// Which screen: a call-out before everything, else what the address says. The back button of the phone works because pages are addresses.
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isOpen } from '../card';
import { card, muster, state } from '../phone';
import { signedIn } from '../tokens';
import { w } from '../words';
import { Activate } from './Activate';
import { CallCard } from './CallCard';
import { Home } from './Home';
import { HoursPage } from './Hours';
import { Account, ConsentsPage, Papers, Recent, Ring, Why } from './Pages';
import { TopBar } from './Parts';
import { MeansPage } from './Means';
import { Team } from './Team';
import { TestNotice } from './TestNotice';
import { MusterCall } from './MusterCall';
import { Position } from './Position';

const page = signal(location.hash.slice(1));
addEventListener('hashchange', () => { page.value = location.hash.slice(1); });

// A new call, or a new turn of the one at hand, comes in front of whatever was being read.
let was = '';
effect(() => {
  const at = [card.value && `${card.value.id}/${card.value.state}/${card.value.yesIsStandby}`, muster.value && `${muster.value.id}/${muster.value.state}`].filter(Boolean).join();
  if (at && at !== was && page.peek() !== '') location.hash = '';
  was = at;
});

export function App() {
  useEffect(() => { document.title = w().title; });
  useEffect(() => { document.querySelector<HTMLElement>('.page h1[tabindex]')?.focus({ preventScroll: true }); }, [page.value]);
  return <><TopBar />{signedIn.value === 'in' ? <><TestNotice /><Screen /></> : <Activate />}</>;
}

function Screen() {
  const [name, id] = page.value.split('/');
  switch (name) {
    case 'position': return <Position />;
    case 'hours': return <HoursPage />;
    case 'means': return <MeansPage />;
    case 'consents': return <ConsentsPage />;
    case 'papers': return <Papers />;
    case 'recent': return <Recent />;
    case 'why': return <Why id={id ?? ''} />;
    case 'ring': return <Ring />;
    case 'team': return <Team />;
    case 'account': return <Account />;
    case 'home': return <Home />;
    case 'muster': {
      const shown = state.value.musters.find((each) => each.id === id);
      return shown ? <MusterCall muster={shown} key={shown.id} /> : <Home />;
    }
    // Life before assembly: an open call-out comes before a muster, a muster before how the last call-out ended.
    default:
      return card.value && (isOpen(card.value.state) || !muster.value) ? <CallCard card={card.value} key={card.value.id} />
        : muster.value ? <MusterCall muster={muster.value} key={muster.value.id} /> : <Home />;
  }
}

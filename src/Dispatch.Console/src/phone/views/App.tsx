// Which screen: a call-out before everything, else what the address says. The back button of the phone works because pages are addresses.
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { card } from '../phone';
import { signedIn } from '../tokens';
import { w } from '../words';
import { Activate } from './Activate';
import { CallCard } from './CallCard';
import { Home } from './Home';
import { HoursPage } from './Hours';
import { Account, ConsentsPage, Papers, Recent, Ring, Why } from './Pages';
import { TopBar } from './Parts';
import { TestNotice } from './TestNotice';
import { Position } from './Position';

const page = signal(location.hash.slice(1));
addEventListener('hashchange', () => { page.value = location.hash.slice(1); });

// A new call, or a new turn of the one at hand, comes in front of whatever was being read.
let was = '';
effect(() => {
  const at = card.value ? `${card.value.id}/${card.value.state}` : '';
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
    case 'consents': return <ConsentsPage />;
    case 'papers': return <Papers />;
    case 'recent': return <Recent />;
    case 'why': return <Why id={id ?? ''} />;
    case 'ring': return <Ring />;
    case 'account': return <Account />;
    case 'home': return <Home />;
    default: return card.value ? <CallCard card={card.value} key={card.value.id} /> : <Home />;
  }
}

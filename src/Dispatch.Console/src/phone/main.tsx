// The phone page: opens with what is on the phone, then asks the server.
import { effect, signal, untracked } from '@preact/signals';
import { render } from 'preact';
import { serverNow } from '../live/clock';
import * as alarm from './alarm';
import { call } from '../live/api';
import { isActive, isOpen } from './card';
import * as locate from './locate';
import { box, duty, flush, forgetOrders, mayLocate } from './orders';
import { reopened } from './outbox';
import { card, fetchMe, heardAt, keepFresh, noNetwork, start, state, stop } from './phone';
import { empty } from './state';
import * as store from './store';
import { accessToken, install, signedIn } from './tokens';
import { App } from './views/App';
import { showing } from './views/CallCard';
import './phone.css';

const visible = signal(document.visibilityState === 'visible');

async function open(): Promise<void> {
  install();
  if (signedIn.peek() === 'in') {
    const { kept, orders } = await store.load();
    if (kept) { state.value = { ...empty, ...kept.state }; heardAt.value = kept.heardAt; }
    box.value = reopened(orders);
  }
  render(<App />, document.getElementById('app')!);
  effect(() => {
    const is = signedIn.value;
    untracked(() => {
      if (is === 'in') { start(); flush(); }
      else void stop().then(forgetOrders);
    });
  });
  watchPerson();
  // For an installed page: the shell opens without a network. Never in the way of the first picture.
  if (location.protocol === 'https:' || location.hostname === 'localhost' || location.hostname === '127.0.0.1') {
    void navigator.serviceWorker?.register('/phone-sw.js', { scope: '/phone' }).catch((error) => console.warn('no offline opening:', error));
  }
}

/** What follows from who is looking, on duty, and expected somewhere. */
function watchPerson(): void {
  effect(() => {
    const onTask = card.value !== null && isActive(card.value.state);
    const onDuty = duty.value === 'on' || (duty.value === 'byHours' && state.value.self?.availableNow === true);
    locate.follow(signedIn.value === 'in' && visible.value && mayLocate.value && (onDuty || onTask), onTask);
  });
  effect(() => { void alarm.keepScreenOn(visible.value && card.value !== null && isOpen(card.value.state)); });
  // Reports are gathered on the server for a second before they count.
  locate.whenSent(() => setTimeout(() => void fetchMe(), 1_500));

  let lookedAt = 0;
  const look = () => {
    visible.value = document.visibilityState === 'visible';
    if (!visible.value || signedIn.peek() !== 'in' || Date.now() - lookedAt < 500) return;
    lookedAt = Date.now();
    flush(true);
    keepFresh(true);
  };
  document.addEventListener('visibilitychange', look);
  addEventListener('focus', look);
  addEventListener('online', look);
  addEventListener('offline', noNetwork);
  for (const gesture of ['pointerdown', 'keydown']) {
    addEventListener(gesture, () => { alarm.unlock(); alarm.quiet(); }, { capture: true, passive: true });
  }
  setInterval(() => {
    if (signedIn.peek() !== 'in') return;
    flush();
    keepFresh();
    locate.refresh();
    void accessToken();
    void tellSeen();
  }, 1000);
  effect(() => { if (showing.value && visible.value) void tellSeen(); });
}

const seen = new Map<string, number>();
/** Said when the card is in front of a person, and repeated until the server has it. */
async function tellSeen(): Promise<void> {
  const id = showing.peek();
  if (!id || !visible.peek() || serverNow() < (seen.get(id) ?? 0)) return;
  seen.set(id, serverNow() + 5_000);
  const answer = await call('PUT', `/api/callouts/${id}/seen`);
  if (answer.outcome !== 'unknown') seen.set(id, Infinity);
}

void open();

// The whole console by keyboard. A letter is an order only outside of fields and dialogs, and never together with Ctrl, Alt or Meta.
import { ask, question } from '../actions/ordering';
import { closeRaise, draft, openRaise, submit } from '../actions/raising';
import { query, selected, selectedId, step, tab, view } from '../board/choices';
import { switchLang } from '../words/lang';
import { callOpen } from '../musters/calling';
import { acknowledge, ringing, ringingIncident } from './alarm';
import { helpOpen } from './Help';
import { switchTheme } from './theme';
import { mapCommands } from '../map/commands';

const keys: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  n: () => openRaise(),
  '/': () => focusOn('#search'),
  e: () => ask('escalate', selected.peek()),
  h: () => ask('aid', selected.peek()),
  r: () => ask('recall', selected.peek()),
  c: () => ask('close', selected.peek()),
  x: () => ask('cancel', selected.peek()),
  1: () => { tab.value = 'callouts'; },
  2: () => { tab.value = 'waves'; },
  3: () => { tab.value = 'why'; },
  4: () => { tab.value = 'record'; },
  m: () => focusOn('#map canvas'),
  z: () => { if (selected.peek()) mapCommands.goTo(selected.peek()!); },
  g: () => { view.value = view.peek() === 'command' ? 'roster' : 'command'; },
  s: () => { view.value = view.peek() === 'system' ? 'command' : 'system'; },
  u: () => { view.value = view.peek() === 'musters' ? 'command' : 'musters'; },
  d: () => { view.value = view.peek() === 'aid' ? 'command' : 'aid'; },
  p: () => { view.value = view.peek() === 'policies' ? 'command' : 'policies'; },
  t: () => switchTheme(),
  l: () => switchLang(),
  a: () => {
    const first = ringingIncident();
    if (ringing.peek().length > 0 && first) selectedId.value = first;
    acknowledge();
  },
  '?': () => { helpOpen.value = true; },
};
const commandOnly = new Set(['j', 'k', 'n', '/', 'e', 'h', 'r', 'c', 'x', '1', '2', '3', '4', 'm', 'z']);

export function listenToKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing || event.defaultPrevented || question.peek() || helpOpen.peek() || document.querySelector('dialog[open]')) return; // a dialog has the keys to itself
    if (event.key === 'Escape') return escape();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && draft.peek()) {
      event.preventDefault();
      void submit();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || isWriting(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = keys[key];
    if (!act) return;
    if (commandOnly.has(key) && view.peek() !== 'command') view.value = 'command';
    event.preventDefault();
    act();
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}

function escape(): void {
  const at = document.activeElement as HTMLElement | null;
  if (view.peek() === 'musters') { if (callOpen.peek()) callOpen.value = false; else view.value = 'command'; }
  else if (view.peek() === 'aid' || view.peek() === 'policies') view.value = 'command';
  else if (at?.id === 'search') { query.value = ''; focusOn('[role=listbox]'); }
  else if (draft.peek()) { closeRaise(); focusOn('.rows'); }
  else if (at && at !== document.body && !at.matches('.rows')) focusOn('.rows');
  else selectedId.value = null;
}

/** At once when it is there, so that the next key goes to it; after the next drawing when it has yet to appear. */
function focusOn(selector: string): void {
  const found = document.querySelector<HTMLElement>(selector);
  if (found) found.focus();
  else requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
}
const isWriting = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;

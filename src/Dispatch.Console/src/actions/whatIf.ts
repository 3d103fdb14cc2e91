// The plan of what is being written down, asked for a moment after each change. It is a question: nothing is written and nobody is asked.
import { computed, effect, signal } from '@preact/signals';
import { call } from '../live/api';
import type { DrawnPlan } from '../live/contract';
import { readCoordinates } from './coordinates';
import { draft, draftOrder, extentOf, faults } from './raising';

const SETTLE_MS = 600;
/** Null: too little is written yet, or the server would refuse it; the form says why when it is sent. */
export const drawn = signal<DrawnPlan | null>(null);
export const drawing = signal(false);

const body = computed(() => {
  const d = draft.value;
  if (!d || draftOrder.value) return null;
  const place = readCoordinates(d.coordinates);
  if (!place.ok || !d.category || d.needs.length === 0 || d.needs.some((n) => !Number.isInteger(n.count) || n.count < 1)) return null;
  // Texts do not move a plan: what is not written yet stands in for itself.
  return JSON.stringify({ category: d.category, risk: '—', address: '—', position: { longitude: place.longitude, latitude: place.latitude, datum: d.datum }, needs: d.needs, ...extentOf(d), ...(d.drill ? { drill: true } : {}) });
});

let question = 0;
if (typeof window !== 'undefined') {
  effect(() => {
    const text = body.value;
    const mine = ++question;
    if (text === null) { drawn.value = null; drawing.value = false; return; }
    drawing.value = true;
    setTimeout(() => void ask(mine, text), SETTLE_MS);
  });
}

async function ask(mine: number, text: string): Promise<void> {
  if (mine !== question) return;
  const answer = await call<DrawnPlan>('POST', '/api/plans', { body: JSON.parse(text) as unknown });
  if (mine !== question) return;
  drawing.value = false;
  drawn.value = answer.outcome === 'done' ? answer.value : null;
  // An area that crosses itself, places without a common superior: known now, so said now.
  if (answer.outcome === 'refused') {
    const extent = (answer.problem.errors ?? []).filter((f) => /^(alsoAt|area)/.test(f.field));
    if (extent.length > 0) faults.value = [...faults.peek().filter((f) => !extent.some((e) => e.field === f.field)), ...extent];
  }
}

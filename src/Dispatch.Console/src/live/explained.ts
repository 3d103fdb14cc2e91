// Why people were asked, as the server stored it. Fetched when looked at, and again when a wave has been sent or an answer on behalf came.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from './api';
import type { ExplainedOnBehalf, ExplainedWave, Incident, Uuid } from './contract';
import { timeline } from './timeline';

export interface Explained { incidentId: Uuid; waves: readonly ExplainedWave[]; onBehalf: readonly ExplainedOnBehalf[] }
const kept = signal<Explained | null>(null);
const failed = signal<Uuid | null>(null);
let asked = 0;

/** What there is of this incident; an older answer stays until the newer has come. */
export function useExplained(incident: Incident): Explained | 'loading' | 'failed' {
  const behalfs = incident.callouts.filter((c) => c.answeredBy).map((c) => `${c.id}${c.answeredBy!.repudiatedAt ?? ''}`).join();
  const sent = timeline.value?.facts.filter((f) => f.kind === 'WaveSent').length ?? 0;
  useEffect(() => {
    const mine = ++asked;
    void get<{ waves: ExplainedWave[]; onBehalf: ExplainedOnBehalf[] }>(`/api/incidents/${incident.id}/explanation`).then((answer) => {
      if (mine !== asked) return;
      if (answer.outcome === 'done') { kept.value = { incidentId: incident.id, ...answer.value }; failed.value = null; } else failed.value = incident.id;
    });
  }, [incident.id, sent, behalfs]);
  return kept.value?.incidentId === incident.id ? kept.value : failed.value === incident.id ? 'failed' : 'loading';
}

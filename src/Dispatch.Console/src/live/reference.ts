// Data that hardly changes: read once after signing in, tried again until it is there.
import { computed, signal } from '@preact/signals';
import { get } from './api';
import type { Category, Qualification } from './contract';

export const categories = signal<readonly Category[]>([]);
export const qualifications = signal<readonly Qualification[]>([]);
const categoryByKey = computed(() => new Map(categories.value.map((c) => [c.key, c])));
const qualificationByKey = computed(() => new Map(qualifications.value.map((q) => [q.key, q])));

/** An unknown key is its own name: better a strange word than an empty place. */
export const categoryOf = (key: string) => categoryByKey.value.get(key) ?? { key, name: key, nameEn: key };
export const qualificationOf = (key: string) => qualificationByKey.value.get(key) ?? { key, name: key, nameEn: key };

export async function readReference(): Promise<void> {
  const [c, q] = await Promise.all([get<Category[]>('/api/categories'), get<Qualification[]>('/api/qualifications')]);
  if (c.outcome === 'done') categories.value = c.value;
  if (q.outcome === 'done') qualifications.value = q.value;
  if (c.outcome === 'unknown' || q.outcome === 'unknown') setTimeout(() => void readReference(), 3_000);
}

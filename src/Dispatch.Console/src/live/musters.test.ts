import { expect, test } from 'vitest';
import type { Muster, MusterFact } from './contract';
import { applyMuster } from './musters';

const counts = { people: 2, notified: 2, delivered: 1, responded: 1, accepted: 1, checkedIn: 0, declined: 0 };
const person = (volunteerId: string) => ({
  volunteerId, name: volunteerId, teamId: null, stage: 'notified' as const, reason: null, engaged: false,
  notifiedAt: null, deliveredAt: null, answeredAt: null, checkedInAt: null, checkedInBy: null, checkedInMetres: null,
});
const muster = { id: 'm', lastFact: 2, counts, state: 'open', people: [person('a'), person('b')] } as unknown as Muster;
const fact = (number: number, kind: string, data: object): MusterFact =>
  ({ musterId: 'm', number, kind, at: '2026-11-22T00:00:00Z', by: { kind: 'volunteer', id: 'a', name: 'a' }, data: { ...data, counts: { ...counts, checkedIn: 1 } } }) as unknown as MusterFact;

test('the next fact moves the person it names and the roll call, and nobody else', () => {
  const next = applyMuster(muster, fact(3, 'MusterCheckedIn', { volunteerId: 'a', metres: 12 }))!;
  expect(next.people!.map((p) => p.stage)).toEqual(['checkedIn', 'notified']);
  expect(next.counts.checkedIn).toBe(1);
  expect(next.lastFact).toBe(3);
});
test('a duplicate changes nothing and a gap is not applied', () => {
  expect(applyMuster(muster, fact(2, 'MusterCheckedIn', { volunteerId: 'a', metres: null }))).toBe(muster);
  expect(applyMuster(muster, fact(4, 'MusterCheckedIn', { volunteerId: 'a', metres: null }))).toBeNull();
});
test('a late receipt never takes an answer back, and an unknown kind moves the number on', () => {
  const accepted = applyMuster(muster, fact(3, 'MusterAccepted', { volunteerId: 'a', reason: null }))!;
  const late = applyMuster(accepted, fact(4, 'MusterDelivered', { people: ['a', 'b'] }))!;
  expect(late.people!.map((p) => p.stage)).toEqual(['accepted', 'delivered']);
  expect(applyMuster(late, fact(5, 'SomethingNew', {}))!.lastFact).toBe(5);
});

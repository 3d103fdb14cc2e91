import { describe, expect, it } from 'vitest';
import { channelMark } from '../words/channels';
import { factSentence } from '../words/facts';
import { apply, emptyBoard, type Board } from './apply';
import type { Callout, Fact, Incident } from './contract';

const callout = { id: 'c1', needOrdinal: 1, wave: 1, ring: 1, rank: 1, volunteer: { id: 'v1', name: '陈建国' }, state: 'offered', distanceMetres: 100, locatedBy: 'fix', offeredAt: '2026-11-21T06:00:00Z', dueAt: '2026-11-21T06:02:00Z', sentAt: null, deliveredAt: null, seenAt: null, answeredAt: null, changedAt: '2026-11-21T06:00:00Z', reason: null } as Callout;
const incident = { id: 'i1', lastFact: 1, needs: [{ ordinal: 1, count: 1, filled: 0 }], callouts: [callout] } as unknown as Incident;
const start: Board = { ...emptyBoard, incidents: new Map([['i1', incident]]) };
let number = 1;
const fact = (kind: string, data: object): Fact => ({ incidentId: 'i1', number: ++number, kind, at: `2026-11-21T06:00:${10 + number}Z`, by: { kind: 'system', id: null, name: null }, calloutId: 'c1', data }) as unknown as Fact;
const play = (...facts: Fact[]) => facts.reduce(apply, start).incidents.get('i1')!.callouts[0]!;

describe('channels beside the live line', () => {
  it('go from delayed to sent to delivered to answered, and say so in one word each', () => {
    number = 1;
    const facts = [fact('CalloutChannelDelayed', { channel: 'sms', reason: 'http503' }), fact('CalloutChannelSent', { channel: 'sms' }), fact('CalloutChannelDelivered', { channel: 'sms' }), fact('CalloutAccepted', { needOrdinal: 1, filled: 1, via: 'sms' })];
    const marks = facts.map((_, i) => channelMark(play(...facts.slice(0, i + 1)).channels![0]!).text);
    expect(marks).toEqual(['短信重试中', '短信已发', '短信送达', '短信答复']);
    expect(play(...facts).state).toBe('accepted');
  });

  it('stand apart: a failed push says nothing about the SMS', () => {
    number = 1;
    const after = play(fact('CalloutChannelFailed', { channel: 'push', reason: 'notSubscribed' }), fact('CalloutChannelSent', { channel: 'sms' }));
    expect(after.channels!.map((c) => [c.channel, channelMark(c).kind, c.reason])).toEqual([['push', 'failed', 'notSubscribed'], ['sms', 'sent', null]]);
    expect(after.deliveredAt).toBeNull();
  });

  it('an answer on the phone page marks no channel', () => {
    number = 1;
    expect(play(fact('CalloutAccepted', { needOrdinal: 1, filled: 1, via: null })).channels).toBeUndefined();
  });

  it('have a sentence each in the record', () => {
    expect(factSentence(fact('CalloutChannelFailed', { channel: 'sms', reason: 'noNumber' }), incident)).toBe('陈建国：短信未送达（没有登记手机号）');
    expect(factSentence(fact('CalloutDeclined', { needOrdinal: 1, reason: null, via: 'sms' }), incident)).toContain('（短信答复）');
  });
});

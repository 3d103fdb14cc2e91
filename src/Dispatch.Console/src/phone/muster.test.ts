import { describe, expect, it } from 'vitest';
import type { MusterCard } from '../live/contract';
import { nextSaid } from './muster';

const card = (said?: number) => ({ id: 'm', state: 'open', stage: 'notified', ...(said === undefined ? {} : { said }) }) as MusterCard;

describe('the number of an answer to a muster', () => {
  it('goes by the clock, in whole milliseconds', () => {
    expect(nextSaid(card(0), 0, 1_000.7)).toBe(1_000);
  });
  it('is above what was last said here, also within a millisecond and when the clock is put back', () => {
    expect(nextSaid(card(0), 1_000, 1_000)).toBe(1_001);
    expect(nextSaid(card(0), 1_000, 400)).toBe(1_001);
  });
  it('goes on from what the card says was heard: after a reload, or from another phone whose clock is ahead', () => {
    expect(nextSaid(card(9_000), 0, 1_000)).toBe(9_001);
    expect(nextSaid(card(9_000), 9_500, 1_000)).toBe(9_501);
  });
  it('is not told to a server that knows of none', () => {
    expect(nextSaid(card(), 0, 1_000)).toBeUndefined();
  });
});

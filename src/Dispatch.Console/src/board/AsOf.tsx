// From when a page is that is read and not sent. Shape, word and colour, as the mark of the live line has them.
import { Icon } from './glyphs';
import { now } from '../live/clock';
import type { Reading } from '../live/reading';
import { zone } from '../live/signing';
import { asOfWords } from '../words/asOf';
import { spanOf, timeOf } from '../words/times';

export function AsOf({ of }: { of: Reading<unknown> }) {
  const w = asOfWords();
  const at = of.at.value;
  const standing = of.standing.value;
  if (at === null) return null;
  if (standing === 'old') return <p class="as-of as-of-old" role="alert" data-as-of="old"><Icon name="warn" size={13} /><b>{w.old(timeOf(at, zone()))}</b><span class="num" aria-hidden="true">{w.ago(spanOf(now.value - at))}</span></p>;
  return <p class={`as-of as-of-${standing}`} data-as-of={standing}><i aria-hidden="true" /><span class="num">{standing === 'live' ? w.live(timeOf(at, zone())) : w.catchingUp}</span></p>;
}

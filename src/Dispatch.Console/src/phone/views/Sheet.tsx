// The second question: why not, why back, or really done. Big buttons, nothing to type, and always a way back.
import type { Card } from '../../live/contract';
import { giveStep } from '../orders';
import { w } from '../words';
import { Press } from './Parts';

export type SheetKind = 'decline' | 'turnedBack' | 'released' | 'leave';

/** Keys of the contract where there is one; the other reasons travel as the Chinese words, which the command centre reads as they are. */
const reasons: Record<'decline' | 'turnedBack', readonly [reason: string, word: 'atWork' | 'ill' | 'tooFar' | 'other' | 'roadBlocked' | 'vehicle' | 'family'][]> = {
  decline: [['atWork', 'atWork'], ['ill', 'ill'], ['tooFar', 'tooFar'], ['other', 'other']],
  turnedBack: [['ill', 'ill'], ['道路不通', 'roadBlocked'], ['车辆故障', 'vehicle'], ['家中有事', 'family'], ['other', 'other']],
};

export function Sheet({ kind, card, armed, close }: { kind: SheetKind; card: Card; armed: boolean; close: () => void }) {
  const t = w();
  const [title, note] = {
    decline: [t.reasonTitle, t.reasonNote], turnedBack: [t.backTitle, t.backNote], released: [t.releaseTitle, ''], leave: [t.leaveTitle, t.leaveNote],
  }[kind];
  const give = (step: 'decline' | 'turnedBack' | 'released', reason?: string) => { giveStep(card, step, reason); close(); };
  return (
    <main class="sheet" onKeyDown={(event) => { if (event.key === 'Escape') close(); }}>
      <h1 tabIndex={-1} ref={(heading) => { heading?.focus({ preventScroll: true }); }}>{title}</h1>
      {note && <p>{note}</p>}
      <div class="choices">
        {kind === 'decline' || kind === 'turnedBack'
          ? reasons[kind].map(([reason, word]) => <Press key={reason} kind="plain" armed={armed} onPress={() => give(kind, reason)}>{t[word]}</Press>)
          : <Press kind="yes" armed={armed} shape="door" onPress={() => give('released')}>{kind === 'leave' ? t.leaveYes : t.releaseYes}</Press>}
      </div>
      <Press kind="no" armed={armed} shape="back" onPress={close}>{t.cancel}</Press>
    </main>
  );
}

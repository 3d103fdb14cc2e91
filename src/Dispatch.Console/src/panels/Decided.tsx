// What was decided about people who are still out after the end of their loan: by whom, for which region and as what, when and why; and whether it is contested.
import { Icon } from '../board/glyphs';
import { Countdown } from '../board/Ticking';
import { now } from '../live/clock';
import type { AidRelease, ReleaseDecision } from '../live/contract';
import { aidWords } from '../words/aid';
import { whenOf } from '../words/times';

export function Decided({ release, zone }: { release: AidRelease; zone: string }) {
  const { decision, borrower, appeal } = release;
  if (!decision) return null;
  const w = aidWords();
  return <>
    {appeal?.asked && appeal.asked.at !== decision.at && <Word of={appeal.asked} zone={zone} />}
    <Word of={decision} zone={zone} />
    {appeal && <p class="decided asks" data-appeal={appeal.dueAt === null ? 'unanswered' : appeal.to ? 'superior' : 'command'}><Icon name={appeal.dueAt === null ? 'cross' : 'clock'} size={12} />
      <span>{appeal.dueAt === null ? w.appealUnanswered(appeal.to!.name) : appeal.to ? w.appealTo(appeal.to.name) : w.appealWaits(borrower.name)} {appeal.dueAt && <b class="num"><Countdown to={appeal.dueAt} /></b>}</span></p>}
  </>;
}

function Word({ of: word, zone }: { of: ReleaseDecision; zone: string }) {
  const w = aidWords();
  const asks = word.decision === 'callHome' && word.as === 'lender';
  return (
    <p class={`decided${asks ? ' asks' : ''}`} data-decision={word.decision} data-as={word.as}>
      <Icon name={asks ? 'warn' : 'flag'} size={12} />
      <span><b>{w.decisions[word.as][word.decision](word.for.name)}</b>：{word.reason}
        <span class="muted"> {word.by.name} <span class="num">{whenOf(word.at, zone, now.peek())}</span></span></span>
    </p>
  );
}

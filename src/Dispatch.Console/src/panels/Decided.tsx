// What was decided about people who are still out after the end of their loan: by whom, for whom, when and why.
import { Icon } from '../board/glyphs';
import { now } from '../live/clock';
import type { AidRelease } from '../live/contract';
import { aidWords } from '../words/aid';
import { whenOf } from '../words/times';

export function Decided({ release: { decision, lender, borrower }, zone }: { release: AidRelease; zone: string }) {
  if (!decision) return null;
  const asks = decision.decision === 'callHome' && decision.as === 'lender';
  return (
    <p class={`decided${asks ? ' asks' : ''}`} data-decision={decision.decision} data-as={decision.as}>
      <Icon name={asks ? 'warn' : 'flag'} size={12} />
      <span><b>{aidWords().decisions[decision.as][decision.decision](decision.as === 'lender' ? lender.name : borrower.name)}</b>：{decision.reason}
        <span class="muted"> {decision.by.name} <span class="num">{whenOf(decision.at, zone, now.peek())}</span></span></span>
    </p>
  );
}

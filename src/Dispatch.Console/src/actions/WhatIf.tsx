// Under the needs: who would be asked, how sure that makes it, when they may be expected, and by number why a need cannot be filled.
import { QualificationGlyph, Icon } from '../board/glyphs';
import type { DrawnNeed, DrawnPlan } from '../live/contract';
import { nameOf, textOf } from '../words/lang';
import { whatIfWords } from '../words/whatIf';
import { distanceOf } from '../words/times';
import { drawing, drawn } from './whatIf';

export function WhatIf() {
  const w = whatIfWords();
  const plan = drawn.value;
  if (!plan) return drawing.value ? <p class="field-hint">{w.drawing}</p> : null;
  return (
    <section class={`what-if${drawing.value ? ' old' : ''}`} aria-label={w.title} aria-live="polite">
      <h3>{w.title}<span class="muted"> · {drawing.value ? w.drawing : w.nothingSent}</span></h3>
      {plan.needs.map((need) => <Need key={need.ordinal} need={need} plan={plan} />)}
    </section>
  );
}

function Need({ need, plan }: { need: DrawnNeed; plan: DrawnPlan }) {
  const w = whatIfWords();
  const people = plan.people.filter((p) => p.needOrdinal === need.ordinal);
  return (
    <div class="what-if-need">
      <p><QualificationGlyph of={need.qualification} size={13} /> <b>{nameOf(need)}</b> {need.canFill
        ? <span class={need.expectedSeconds === null ? 'unsure' : 'good'}>{need.expectedSeconds === null ? w.unsure(need.count) : w.expected(need.count, minutes(need.expectedSeconds))}</span>
        : <span class="bad"><Icon name="warn" size={12} />{w.never(need.mayBeAsked, need.count)}</span>}</p>
      <p class="muted">{textOf(need)}</p>
      {need.refused.length > 0 && <p class={need.canFill ? 'muted small' : 'small'}>{w.refused(need.considered)}{need.refused.map((gate) => `${textOf(gate)} ${gate.people}`).join(w.comma)}</p>}
      {people.length > 0 && <details><summary>{w.asked(need.asked)}</summary>
        <ol>{people.map((p) => <li key={p.volunteerId}>{p.name} <span class="num muted">{distanceOf(p.distanceMetres)}{p.chance !== null && ` · ${Math.round(p.chance * 100)} %`}</span></li>)}</ol></details>}
    </div>
  );
}

const minutes = (seconds: number): string => `${Math.max(1, Math.round(seconds / 60))}`;

import type { Need } from '../live/contract';
import { nameOf } from '../words/lang';
import { words } from '../words/console';
import { isShort } from './attention';
import { Icon, QualificationGlyph } from './glyphs';

export const needClass = (need: Need, lost: boolean): string => (!isShort(need) ? 'filled' : lost ? 'exhausted' : need.filled > 0 ? 'partly' : 'none');

/** ▲ 水域救援 2/4. Shape: which qualification. Colour and mark: how it stands. */
export function NeedChip({ need, lost, late = 0 }: { need: Need; lost: boolean; late?: number }) {
  const w = words();
  return (
    <span class={`need ${needClass(need, lost)}`} title={`${nameOf(need)}：${w.filledOf(need.filled, need.count)}${late > 0 ? `，${w.late(late)}` : ''}`}>
      <QualificationGlyph of={need.qualification} />
      <span class="need-name">{nameOf(need)}</span>
      <b class="num">{need.filled}/{need.count}</b>
      {!isShort(need) ? <Icon name="check" size={11} /> : lost ? <Icon name="flag" size={11} /> : null}
      {late > 0 && <LateMark late={late} />}
    </span>
  );
}

/** Places that are taken by people who are expected too late: the count alone would say that all is well. */
export const LateMark = ({ late }: { late: number }) => (
  <span class="need-late"><Icon name="clock" size={11} /><b class="num" aria-hidden="true">{words().lateShort(late)}</b><span class="visually-hidden">{words().late(late)}</span></span>
);

/** One place per person, filled from the left. */
export const NeedBar = ({ need, lost }: { need: Need; lost: boolean }) => (
  <span class={`need-bar ${needClass(need, lost)}`} aria-hidden="true">
    {Array.from({ length: Math.min(need.count, 24) }, (_, i) => <i key={i} class={i < Math.round((need.filled / need.count) * Math.min(need.count, 24)) ? 'on' : ''} />)}
  </span>
);

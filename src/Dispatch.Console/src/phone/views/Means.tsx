// How he comes to an incident: one tap. It only helps to reckon how long he needs; nobody is measured by it.
import type { Means } from '../../live/contract';
import { detailOf, titleOf } from '../../words/lang';
import { confirmedAt, means, refusals, setMeans } from '../orders';
import { w } from '../words';
import { Icon, type Shape } from './Icon';
import { Page, Standing } from './Parts';

export const meansShapes: Record<Means, Shape> = { foot: 'foot', bicycle: 'bicycle', car: 'car', undeclared: 'unsaid' };
const all: readonly Means[] = ['foot', 'bicycle', 'car', 'undeclared'];

export function MeansPage() {
  const chosen = means.value;
  const refusal = refusals.value.means;
  return (
    <Page title={w().means}>
      <p class="quiet">{w().meansHow}</p>
      <div class="choose two" role="group" aria-label={w().means}>
        {all.map((each) => (
          <button key={each} type="button" aria-pressed={chosen === each} onClick={() => { if (chosen !== each) setMeans(each); }}>
            <span><Icon shape={meansShapes[each]} size="2em" />{chosen === each && <Icon shape="tick" />}</span><span>{w().meansOf[each]}</span>
          </button>
        ))}
      </div>
      <Standing lane="means" confirmed={confirmedAt.value.means} />
      {refusal?.kind === 'refused' && <p class="refused" role="alert">{w().refused(detailOf(refusal.problem) ?? titleOf(refusal.problem))}</p>}
    </Page>
  );
}

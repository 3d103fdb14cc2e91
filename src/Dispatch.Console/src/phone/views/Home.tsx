// Home: am I on duty, can they find me, is the line alive. Everything else is one row away.
import type { Duty } from '../../live/contract';
import { now } from '../../live/clock';
import { audible, unlock } from '../alarm';
import { isActive } from '../card';
import { consents, duty, confirmedAt, hours, means, refusals, setDuty, box } from '../orders';
import { desk } from '../desk';
import { isWaiting } from '../muster';
import { card, freshness, state } from '../phone';
import { age, distance, w } from '../words';
import { detailOf, placeOf, titleOf } from '../../words/lang';
import { progress } from '../outbox';
import { Icon, type Shape } from './Icon';
import { meansShapes } from './Means';
import { Row, Standing } from './Parts';

const duties: readonly [Duty, Shape][] = [['on', 'bell'], ['off', 'moon'], ['byHours', 'clock']];

export function Home() {
  const self = state.value.self;
  const chosen = duty.value;
  if (!self || !chosen) return <main class="page"><p class="quiet" role="status">{freshness.value.kind === 'none' ? w().never : w().loading}</p></main>;
  const unsure = progress(box.value, 'duty', now.value) === 'retrying';
  const callable = chosen === 'on' || (chosen === 'byHours' && self.availableNow);
  const meaning = chosen === 'on' ? w().onMeans : chosen === 'off' ? w().offMeans : self.availableNow ? w().hoursOnMeans : w().hoursOffMeans;
  const running = card.value && isActive(card.value.state);
  const refusal = refusals.value.duty;
  return (
    <main class="page home">
      {card.value && <a class="press yes" href="#"><Icon shape={running ? 'road' : 'bell'} /><span>{w().toTask}</span></a>}
      {desk.value?.tasks.some((task) => task.state === 'open' || task.state === 'escalated') && <a class="press plain" href="#team"><Icon shape="bell" /><span>{w().liaisonTask}</span></a>}
      {state.value.musters.filter(isWaiting).map((muster) => <a key={muster.id} class="press muster-link" href={`#muster/${muster.id}`}><Icon shape="gather" /><span>{w().muster} · {placeOf(muster)}</span></a>)}
      {self.drill && <p class="drill-band" role="status">{w().drillPhone}</p>}
      <section class={callable ? 'duty callable' : 'duty'}>
        <h1><Icon shape={duties.find(([each]) => each === chosen)![1]} size="1.5em" />{self.name} · {w()[chosen]}{unsure && `（${w().unconfirmed}）`}</h1>
        <p>{meaning}</p>
        {chosen === 'byHours' && <Hours />}
        <div class="choose" role="group" aria-label={w().duty}>
          {duties.map(([each, shape]) => (
            <button key={each} type="button" aria-pressed={chosen === each} onClick={() => { if (chosen !== each) setDuty(each); }}>
              <span><Icon shape={shape} />{chosen === each && <Icon shape="tick" />}</span><span>{w()[each]}</span>
            </button>
          ))}
        </div>
        <Standing lane="duty" confirmed={confirmedAt.value.duty} />
        {refusal?.kind === 'refused' && <p class="refused" role="alert">{w().refused(detailOf(refusal.problem) ?? titleOf(refusal.problem))}</p>}
      </section>
      {freshness.value.kind === 'none' && <p class="refused"><Icon shape="nolink" /><span>{w().noneMeans}</span></p>}
      {!audible.value && callable && <button type="button" class="press plain" onClick={unlock}><Icon shape="bell" /><span>{w().ringTouch}</span></button>}
      <nav>
        <Row to="position" shape="pin" title={w().position}>
          {self.position ? w().fix(age(now.value - Date.parse(self.position.takenAt)), distance(self.position.accuracyMetres)) : consents.value?.location ? w().positionNone : w().needConsent}
        </Row>
        <Row to="hours" shape="clock" title={w().hours} />
        <Row to="means" shape={meansShapes[means.value]} title={w().means}>{w().meansOf[means.value]}</Row>
        {desk.value && desk.value.teams.length > 0 && <Row to="team" shape="flag" title={w().team}>{desk.value.teams.map((team) => team.name).join('、')}</Row>}
        <Row to="recent" shape="note" title={w().recent} />
        <Row to="consents" shape="shield" title={w().consents} />
        <Row to="papers" shape="flag" title={w().papers} />
        <Row to="ring" shape="bell" title={w().ring} />
        <Row to="account" shape="door" title={w().account} />
      </nav>
    </main>
  );
}

function Hours() {
  if (!hours.value.length) return <p class="small">{w().hoursNone}</p>;
  return <p class="small">{hours.value.map(({ weekday, from, to }) => <span key={weekday + from} class="span">{w().weekdays(weekday)} {from.slice(0, 5)}–{to.slice(0, 5)} </span>)}</p>;
}

// A muster: where and when to assemble. It must never be taken for a call-out: another colour, a double frame, and the word first.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MusterCard } from '../../live/contract';
import { now } from '../../live/clock';
import { reasonOf } from '../../words/domain';
import { detailOf, titleOf } from '../../words/lang';
import { dateOf, spanOf, timeOf } from '../../words/times';
import { musterSteps, type MusterStep } from '../muster';
import { box, confirmedAt, giveMuster, musterLane, refusals } from '../orders';
import { take } from '../phone';
import { geoUri } from '../place';
import { w } from '../words';
import { Icon, type Shape } from './Icon';
import { Press, Standing, useSettled } from './Parts';

export function MusterCall({ muster }: { muster: MusterCard }) {
  const [asking, setAsking] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  // A receipt is nothing he did: it must not take a question away from under his thumb.
  const shown = muster.state === 'stoodDown' ? 'stoodDown' : muster.stage === 'delivered' ? 'notified' : muster.stage;
  useEffect(() => { setAsking(false); scrollTo(0, 0); heading.current?.focus({ preventScroll: true }); }, [muster.id, shown]);
  const settled = useSettled(`${muster.id}/${shown}/${asking}`);
  if (asking) return <WhyNot muster={muster} armed={settled} close={() => setAsking(false)} />;
  const t = w();
  const [title, todo] = texts(muster);
  const refusal = refusals.value[musterLane(muster)];
  return (
    <main class={`card muster ${shown}${muster.drill ? ' drill' : ''}`}>
      {muster.drill && <p class="drill-band" role="status">{t.drillMuster}</p>}
      <div class="band">
        <Icon shape={shapeOf(muster)} size="2em" />
        <h1 ref={heading} tabIndex={-1}>{title}<span class="what">{t.musterNot}</span></h1>
      </div>
      <div class="body">
        {refusal && <p class="refused" role="alert"><Icon shape="warning" /><span>{refusal.kind === 'changed' ? t.changed : t.refused(detailOf(refusal.problem) ?? titleOf(refusal.problem))}</span></p>}
        {todo && <p class="todo" role="alert">{todo}</p>}
        <dl class="assembly">
          <div><dt>{t.assembleAt}</dt><dd class="at"><When muster={muster} /></dd></div>
          <div><dt>{t.assemblePlace}</dt><dd class="place">{muster.address}</dd></div>
          <div><dt>{t.musterFor}</dt><dd>{muster.purpose}</dd></div>
          {muster.teamName && <div><dt>{t.asTeam}</dt><dd>{muster.teamName}</dd></div>}
          {muster.state === 'stoodDown' && muster.endReason && <div><dt>{t.reason}</dt><dd>{reasonOf(muster.endReason)}</dd></div>}
        </dl>
        <nav class="tools"><a class="tool" href={geoUri(muster, muster.address)}>{t.openMap}</a><a class="tool" href="#home">{t.home}</a></nav>
      </div>
      <footer class="answer"><Answer muster={muster} armed={settled} whyNot={() => setAsking(true)} /></footer>
    </main>
  );
}

function When({ muster }: { muster: MusterCard }) {
  const left = Date.parse(muster.assembleAt) - now.value;
  const today = dateOf(muster.assembleAt, muster.timeZone) === dateOf(now.value, muster.timeZone);
  return <>{!today && `${dateOf(muster.assembleAt, muster.timeZone).slice(5)} `}{timeOf(muster.assembleAt, muster.timeZone).slice(0, 5)}
    {muster.state === 'open' && <span class="small">{left >= 0 ? w().untilDue(spanOf(left)) : w().sinceDue(spanOf(-left))}</span>}</>;
}

function Answer({ muster, armed, whyNot }: { muster: MusterCard; armed: boolean; whyNot: () => void }) {
  const lane = musterLane(muster);
  const pending = box.value.some((order) => order.lane === lane);
  const label: Record<MusterStep, string> = {
    accept: muster.stage === 'responded' ? w().musterYesAfterAll : w().musterYes, decline: muster.stage === 'accepted' ? w().musterNoMore : w().musterNo, checkIn: w().checkIn,
  };
  const open = musterSteps(muster);
  return (
    <>
      <Standing lane={lane} confirmed={pending ? null : (muster.checkedInAt ?? muster.answeredAt) ? Date.parse((muster.checkedInAt ?? muster.answeredAt)!) : confirmedAt.value[lane]} />
      {!pending && muster.state === 'open' && (muster.stage === 'notified' || muster.stage === 'delivered') && <p class="quiet">{w().musterInvites(muster.commandName)}</p>}
      {!pending && open.map((step, i) => (
        <Press key={step} kind={i || (step === 'accept' && muster.stage === 'responded') ? 'no' : 'yes'} shape={shapes[step]} armed={armed}
               onPress={() => (step === 'decline' ? whyNot() : giveMuster(muster, step))}>{label[step]}</Press>
      ))}
      {!pending && (open.length === 0 || muster.stage === 'responded') && <Press kind="plain" armed={armed} onPress={() => { take({ type: 'dismissed', id: muster.id }); location.hash = ''; }}>{w().close}</Press>}
    </>
  );
}

const reasons = [['atWork', 'atWork'], ['ill', 'ill'], ['家中有事', 'family'], ['other', 'other']] as const;
function WhyNot({ muster, armed, close }: { muster: MusterCard; armed: boolean; close: () => void }) {
  return (
    <main class="sheet" onKeyDown={(event) => { if (event.key === 'Escape') close(); }}>
      {muster.drill && <p class="drill-band" role="status">{w().drillMuster}</p>}
      <h1 tabIndex={-1} ref={(heading) => { heading?.focus({ preventScroll: true }); }}>{w().musterNoTitle}</h1>
      <p>{w().reasonNote}</p>
      <div class="choices">
        {reasons.map(([reason, word]) => <Press key={reason} kind="plain" armed={armed} onPress={() => { giveMuster(muster, 'decline', reason); close(); }}>{w()[word]}</Press>)}
      </div>
      <Press kind="no" armed={armed} shape="back" onPress={close}>{w().cancel}</Press>
    </main>
  );
}

const shapes: Record<MusterStep, Shape> = { accept: 'tick', decline: 'cross', checkIn: 'flag' };
const shapeOf = (muster: MusterCard): Shape =>
  muster.state === 'stoodDown' ? 'stop' : muster.stage === 'checkedIn' ? 'flag' : muster.stage === 'accepted' ? 'tick' : muster.stage === 'responded' ? 'note' : 'gather';

function texts(muster: MusterCard): readonly [string, string | null] {
  const t = w();
  if (muster.state === 'stoodDown') return [t.musterStoodDown, t.doMusterStoodDown];
  switch (muster.stage) {
    case 'checkedIn': return [`${t.muster} · ${t.musterCheckedIn}`, t.doMusterCheckedIn];
    case 'accepted': return [`${t.muster} · ${t.musterAccepted}`, t.doMusterAccepted];
    case 'responded': return [`${t.muster} · ${t.musterDeclined}`, t.doMusterDeclined];
    default: return [t.muster, null];
  }
}

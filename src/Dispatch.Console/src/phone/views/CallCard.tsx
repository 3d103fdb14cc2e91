// The call-out: what, risk, where, how far, how long; and under the thumb, the answer.
import { useEffect, useRef, useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import type { CalloutState, Card } from '../../live/contract';
import { now } from '../../live/clock';
import { reasonOf } from '../../words/domain';
import { detailOf, nameOf, titleOf } from '../../words/lang';
import { onBehalfChannels } from '../../words/teams';
import { expectedState as expectedOf, box, confirmedAt, giveRepudiation, giveStep, offerLane, offerSelf, refusals } from '../orders';
import { isOpen, steps, timeLeft, type Step } from '../card';
import { progress } from '../outbox';
import { state, take } from '../phone';
import { geoUri } from '../place';
import { w } from '../words';
import { TimeLeft, Way } from './Dial';
import { Icon, shapeOf, type Shape } from './Icon';
import { Press, Standing, useSettled } from './Parts';
import { Sheet, type SheetKind } from './Sheet';

/** The card that is in front of a person; main.tsx tells the server. */
export const showing = signal<string | null>(null);

export function CallCard({ card }: { card: Card }) {
  const [sheet, setSheet] = useState<SheetKind | null>(null);
  const [asking, setAsking] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const calledUp = card.state === 'accepted' && state.value.calledUp.includes(card.id);
  const expected = expectedOf(card);
  const shown = calledUp ? 'calledUp' : card.state;
  useEffect(() => { showing.value = card.id; return () => { showing.value = null; }; }, [card.id]);
  useEffect(() => { setSheet(null); setAsking(false); scrollTo(0, 0); heading.current?.focus({ preventScroll: true }); }, [card.id, shown]);
  const settled = useSettled(`${card.id}/${shown}/${expected}/${sheet}/${card.yesIsStandby}`);
  const [title, todo] = texts(card)[shown];
  if (asking) return <NotMine card={card} armed={settled} close={() => setAsking(false)} />;
  if (sheet) return <Sheet kind={sheet} card={card} armed={settled} close={() => setSheet(null)} />;
  return (
    <main class={`card ${shown} ${isOpen(card.state) ? 'open' : 'ended'}${card.incident.drill ? ' drill' : ''}`}>
      {card.incident.drill && <p class="drill-band" role="status">{w().drillCard}</p>}
      <div class="band">
        <Icon shape={calledUp ? 'bell' : shapeOf[card.state]} size="2em" />
        <h1 ref={heading} tabIndex={-1}>{title}{isOpen(card.state) && <> · {categoryOf(card)}</>}
          {isOpen(card.state) && <span class="what">{w().needed} {nameOf(card.need)}</span>}</h1>
        {card.state === 'offered' && <TimeLeft card={card} />}
      </div>
      <div class="body">
        {refusals.value[card.id] && <Refused id={card.id} />}
        {todo && <p class="todo" role="alert">{todo}</p>}
        {card.answeredBy && <ForMe card={card} ask={() => setAsking(true)} />}
        {isOpen(card.state) ? <Task card={card} /> : <Ended card={card} />}
      </div>
      <footer class="answer"><Answer card={card} expected={expected} armed={settled} ask={setSheet} /></footer>
    </main>
  );
}

/** What he should know before he answers, the danger first; then how to get there. */
function Task({ card }: { card: Card }) {
  const { incident } = card;
  return (
    <>
      <p class="risk"><Icon shape="warning" /><span><b>{incident.hazardous ? w().hazardous : w().risk}</b> {incident.risk}</span></p>
      <p class="where"><Icon shape="pin" /><span><b>{incident.address}</b><span class="small">{incident.regionNames.slice(-3).join(' ')}</span></span></p>
      <Way card={card} />
      <Tools card={card} />
    </>
  );
}

function Ended({ card }: { card: Card }) {
  return (
    <>
      <div class="sign"><Icon shape={shapeOf[card.state]} size="5.5rem" /></div>
      {card.reason && <p>{w().reason} · {reasonOf(card.reason)}</p>}
      <p class="quiet"><b>{categoryOf(card)}</b> · {nameOf(card.need)}<br />{card.incident.address}</p>
      <nav class="tools"><a class="tool" href={`#why/${card.id}`}>{w().why}</a></nav>
    </>
  );
}

function Answer({ card, expected, armed, ask }: { card: Card; expected: CalloutState; armed: boolean; ask: (sheet: SheetKind) => void }) {
  const pending = box.value.filter((order) => order.lane === card.id);
  const last = pending.at(-1)?.step ?? null;
  const answering = last === 'accept' || last === 'decline';
  const press = (step: Step) => step === 'accept' || step === 'enRoute' || step === 'onScene' ? giveStep(card, step)
    : ask(step === 'released' && card.state === 'standby' ? 'leave' : step);
  return (
    <>
      {last ? <Standing lane={card.id} what={label(last, card)} /> : own.includes(card.state) && <Standing lane={card.id} confirmed={Date.parse(card.changedAt)} />}
      {answering && progress(box.value, card.id, now.value) === 'retrying' && <p class="quiet">{w().notGotThrough}</p>}
      {card.state === 'offered' && !answering && <p class="quiet">{timeLeft(card, now.value).seconds ? w().invitation : w().timeUpNote}</p>}
      {!answering && steps(expected).map((step, i) => (
        <Press key={step} kind={i || card.state === 'standby' ? 'no' : 'yes'} shape={shapes[step]} armed={armed} onPress={() => press(step)}>{label(step, card)}</Press>
      ))}
      {!steps(expected).length && !pending.length && <Press kind="yes" armed={armed} onPress={() => take({ type: 'dismissed', id: card.id })}>{w().close}</Press>}
      {card.state === 'expired' && card.incident.state === 'open' && !pending.length && <Press kind="no" armed={armed} onPress={() => giveStep(card, 'accept')}>{w().lateYes}</Press>}
      {mayOffer.includes(card.state) && card.incident.state === 'open' && !pending.length && <OfferSelf card={card} armed={armed} />}
    </>
  );
}

/** Nobody deploys himself: what he offers here the operator takes up, or not. */
function OfferSelf({ card, armed }: { card: Card; armed: boolean }) {
  const lane = offerLane(card);
  const waiting = box.value.some((order) => order.lane === lane);
  if (refusals.value[lane]) return <Refused id={lane} />;
  if (confirmedAt.value[lane]) return <p class="quiet" role="status">{w().offerSelfTold}</p>;
  return waiting ? <Standing lane={lane} what={w().offerSelf} /> : <Press kind="no" armed={armed} onPress={() => offerSelf(card)}>{w().offerSelf}</Press>;
}
const mayOffer: readonly CalloutState[] = ['declined', 'recalled', 'turnedBack'];

/** A program for maps if the phone has one, and the address to paste anywhere else. No map is fetched by this page. */
function Tools({ card }: { card: Card }) {
  const [copied, setCopied] = useState(false);
  const { address, regionNames } = card.incident;
  const copy = async () => {
    try { await navigator.clipboard.writeText(`${regionNames.join('')}${address}`); setCopied(true); } catch { /* the address stands above, to be read out */ }
  };
  return (
    <nav class="tools">
      <a class="tool" href={geoUri(card.incident, address)}>{w().openMap}</a>
      <button type="button" class="tool" onClick={() => void copy()} aria-live="polite">{copied ? w().copied : w().copyAddress}</button>
      {card.state === 'offered' ? <a class="tool" href={`#why/${card.id}`}>{w().why}</a> : <a class="tool" href="#home">{w().home}</a>}
    </nav>
  );
}

/** Somebody else's word for him, and the way to say that it was not his. */
function ForMe({ card, ask }: { card: Card; ask: () => void }) {
  const answer = card.answeredBy!;
  const open = answer.repudiatedAt === null && (card.state === 'accepted' || card.state === 'standby' || card.state === 'declined');
  return (
    <div class="for-me" role="status">
      <p>{answer.repudiatedAt ? w().repudiated : w().answeredForYou(answer.captainName, onBehalfChannels()[answer.channel], card.state !== 'declined')} <span class="small">{answer.reason}</span></p>
      {open && <button type="button" class="tool" onClick={ask}>{w().notMine}</button>}
    </div>
  );
}

function NotMine({ card, armed, close }: { card: Card; armed: boolean; close: () => void }) {
  return (
    <main class="sheet" onKeyDown={(event) => { if (event.key === 'Escape') close(); }}>
      <h1 tabIndex={-1} ref={(heading) => { heading?.focus({ preventScroll: true }); }}>{w().notMineAsk}</h1>
      <p>{card.state === 'declined' ? w().notMineNoteNo : w().notMineNoteYes}</p>
      <Press kind="yes" armed={armed} onPress={() => { giveRepudiation(card); close(); }}>{w().notMineYes}</Press>
      <Press kind="no" armed={armed} shape="back" onPress={close}>{w().cancel}</Press>
    </main>
  );
}

function Refused({ id }: { id: string }) {
  const refusal = refusals.value[id]!;
  return (
    <p class="refused" role="alert"><Icon shape="warning" /><span>
      {refusal.kind === 'changed' ? w().changed : w().refused(detailOf(refusal.problem) ?? titleOf(refusal.problem))}</span></p>
  );
}

export const categoryOf = ({ incident }: Card) => nameOf({ name: incident.categoryName, nameEn: incident.categoryNameEn });

/** States that he reached by his own word: the time under them is when the server had it. */
const own: readonly CalloutState[] = ['accepted', 'enRoute', 'onScene', 'standby', 'declined', 'turnedBack'];
const shapes: Record<Step, Shape> = { accept: 'tick', decline: 'cross', enRoute: 'road', onScene: 'flag', released: 'door', turnedBack: 'back' };
const label = (step: Step, card: Card): string => step === 'released' && card.state === 'standby' ? w().leaveStandby : step === 'accept' && card.yesIsStandby ? w().acceptStandby : w()[step];

/** The word for the band and the sentence that says what to do, for every state. */
function texts(card: Card): Record<CalloutState | 'calledUp', readonly [string, string | null]> {
  const t = w();
  return {
    offered: [t.callout, card.yesIsStandby ? t.doInStead : state.value.placeOpened.includes(card.id) ? t.doPlaceOpened : null], calledUp: [t.stateCalledUp, t.doCalledUp], accepted: [t.stateAccepted, t.doAccepted],
    enRoute: [t.stateEnRoute, t.doEnRoute], onScene: [t.stateOnScene, t.doOnScene], standby: [t.stateStandby, t.doStandby],
    recalled: [t.stateRecalled, card.incident.state === 'cancelled' || card.reason === 'cancelled' ? t.doCancelled : t.doRecalled],
    expired: [t.stateExpired, t.doExpired], released: [t.stateReleased, t.doReleased],
    declined: [t.stateDeclined, t.doDeclined], turnedBack: [t.stateTurnedBack, t.doTurnedBack],
  };
}

// The quiet pages: consents, papers, recent call-outs, why me, ringing, signing out.
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../live/api';
import { now } from '../../live/clock';
import type { Consents, Line } from '../../live/contract';
import { calloutStates } from '../../words/domain';
import { detailOf, nameOf, textOf, titleOf } from '../../words/lang';
import { dateOf, whenOf } from '../../words/times';
import * as alarm from '../alarm';
import { isActive } from '../card';
import { box, confirmedAt, consents, refusals, setConsent } from '../orders';
import { state, zone } from '../phone';
import { lookAtPush, push, subscribe, unsubscribe } from '../push';
import { signOut } from '../tokens';
import { w } from '../words';
import { categoryOf } from './CallCard';
import { Icon, shapeOf } from './Icon';
import { Page, Press, Row, Standing } from './Parts';
import { validity } from './validity';

export function ConsentsPage() {
  const t = w();
  const all: readonly [keyof Consents, string, string][] = [
    ['location', t.consentLocation, t.consentLocationMeans], ['registeredAddress', t.consentAddress, t.consentAddressMeans], ['crossRegion', t.consentRegion, t.consentRegionMeans],
  ];
  const refusal = refusals.value.consents;
  return (
    <Page title={t.consents}>
      <p class="quiet">{t.withdraw}</p>
      {all.map(([which, title, meaning]) => {
        const agreed = consents.value?.[which] ?? false;
        return (
          <button key={which} type="button" class="switch" role="switch" aria-checked={agreed} onClick={() => setConsent(which, !agreed)}>
            <span class="grow"><b>{title}</b><span class="small">{meaning}</span></span>
            <span class="knob"><Icon shape={agreed ? 'tick' : 'cross'} /><b>{agreed ? t.agreed : t.notAgreed}</b></span>
          </button>
        );
      })}
      <Standing lane="consents" confirmed={confirmedAt.value.consents} />
      {refusal?.kind === 'refused' && <p class="refused" role="alert">{t.refused(detailOf(refusal.problem) ?? titleOf(refusal.problem))}</p>}
    </Page>
  );
}

const soonMs = 30 * 86_400_000;
function Until({ until }: { until: string | null }) {
  const state = validity(until, dateOf(now.value, zone.value), dateOf(now.value + soonMs, zone.value));
  const word = { valid: w().valid, soon: w().expiresSoon, expired: w().expired }[state];
  return (
    <span class={`until ${state}`}><Icon shape={{ valid: 'tick', soon: 'clock', expired: 'cross' }[state] as 'tick'} size="1.1em" />
      <b>{word}</b> {until ? w().validUntil(until.slice(0, 10)) : w().noEnd}</span>
  );
}

export function Papers() {
  const self = state.value.self;
  return (
    <Page title={w().papers}>
      <h2>{w().certificates}</h2>
      {self?.qualifications.length ? <ul class="list">{self.qualifications.map((each) => <li key={each.key}><b>{nameOf(each)}</b><Until until={each.validUntil} /></li>)}</ul> : <p>{w().noCertificates}</p>}
      <h2>{w().insurance}</h2>
      {self?.insuredUntil ? <ul class="list"><li><Until until={self.insuredUntil} /></li></ul> : <p class="refused"><Icon shape="warning" /><span>{w().noInsurance}</span></p>}
      <p class="quiet">{w().papersHow}</p>
    </Page>
  );
}

export function Recent() {
  return (
    <Page title={w().recent}>
      {state.value.cards.length ? <nav>{state.value.cards.map((card) => (
        <Row key={card.id} to={`why/${card.id}`} shape={shapeOf[card.state]} title={`${calloutStates()[card.state]} · ${categoryOf(card)}`}>
          {whenOf(card.offeredAt, card.incident.timeZone, now.value)} · {card.incident.address} · {w().why}
        </Row>))}</nav> : <p>{w().recentNone}</p>}
    </Page>
  );
}

export function Why({ id }: { id: string }) {
  const [line, setLine] = useState<Line | null | 'none'>(null);
  useEffect(() => {
    void get<{ line: Line }>(`/api/callouts/${encodeURIComponent(id)}/why`).then((answer) => setLine(answer.outcome === 'done' ? answer.value.line : 'none'));
  }, [id]);
  const card = state.value.cards.find((each) => each.id === id);
  return (
    <Page title={w().whyTitle}>
      {card && <p class="big">{categoryOf(card)} · {nameOf(card.need)}</p>}
      <p>{w().whyHow}</p>
      <p role="status" class="big">{line === null ? w().loading : line === 'none' ? w().whyNone : textOf(line)}</p>
    </Page>
  );
}

export function Ring() {
  const permission = alarm.noticePermission.value;
  return (
    <Page title={w().ring}>
      <p>{w().ringHow}</p>
      <Press kind="yes" shape="bell" onPress={() => { alarm.unlock(); setTimeout(() => { alarm.alarm('offered'); setTimeout(alarm.quiet, 3_000); }, 100); }}>{w().ringTest}</Press>
      <PushRow />
      {permission === 'default' ? <Press kind="plain" onPress={() => void alarm.askForNotices()}>{w().notify}</Press>
        : <p class="quiet">{permission === 'granted' ? w().notifyOn : permission === 'denied' ? w().notifyDenied : w().notifyNone}</p>}
    </Page>
  );
}

/** The phone may sleep with the page closed: then only a push, or an SMS, wakes it. */
function PushRow() {
  useEffect(() => { void lookAtPush(); }, []);
  const at = push.value;
  if (at === 'none') return <p class="quiet">{w().pushNone}</p>;
  if (at === 'on') return <p class="quiet"><Icon shape="tick" /> {w().pushOn}</p>;
  return (
    <>
      <p>{w().pushHow}</p>
      <Press kind="plain" shape="bell" armed={at !== 'working'} onPress={() => { void alarm.askForNotices().then(() => (Notification.permission === 'granted' ? subscribe() : undefined)); }}>{at === 'working' ? w().sending : w().pushOnButton}</Press>
      {at === 'failed' && <p class="refused" role="alert"><Icon shape="warning" /><span>{w().pushFailed}</span></p>}
    </>
  );
}

export function Account() {
  const [sure, setSure] = useState(false);
  const busy = state.value.cards.some((card) => isActive(card.state)) || box.value.some((order) => order.step);
  return (
    <Page title={w().account}>
      <p>{busy ? w().signOutOpen : w().signOutHow}</p>
      {!busy && <Press kind={sure ? 'yes' : 'plain'} shape="door" onPress={() => { if (sure) { location.hash = ''; void unsubscribe().finally(() => signOut()); } else setSure(true); }}>{sure ? w().signOutYes : w().signOut}</Press>}
    </Page>
  );
}

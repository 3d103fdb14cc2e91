// One sentence per kind of fact.
import type { Channel, Fact, Incident } from '../live/contract';
import { channelName, channelReasonOf } from './channels';
import { aidWords } from './aid';
import { calloutStates, reasonOf } from './domain';
import { inBoth, lang, nameOf } from './lang';
import { liaisonOutcomes, onBehalfChannels, teamWords } from './teams';
import { timeOf, whenOf } from './times';

const sentences = inBoth(
  {
    raised: '上报警情', ring: (need: string, region: string) => `${need}：打开圈层 ${region}`, wave: (n: number, considered: number, asked: number) => `第 ${n} 批：考虑 ${considered} 人，召集 ${asked} 人`,
    offered: (who: string, need: string) => `召集 ${who}（${need}）`, sent: (who: string) => `已发给 ${who}`, delivered: (who: string) => `已送达 ${who}`, seen: (who: string) => `${who} 已读`,
    state: (who: string, state: string, reason: string) => `${who} ${state}${reason ? `：${reason}` : ''}`, channelSent: (who: string, how: string) => `${who}：${how}已发`, channelDelayed: (who: string, how: string, why: string) => `${who}：${how}暂未发出，正在重试（${why}）`, channelDelivered: (who: string, how: string) => `${who}：${how}已送达`, channelFailed: (who: string, how: string, why: string) => `${who}：${how}未送达（${why}）`, via: (sentence: string, how: string) => `${sentence}（${how}答复）`,
    fellBehind: (who: string, at: string, deadline: string) => `${who} 预计晚到（约 ${at}，时限 ${deadline}）：名额保留，另召人候补`, caughtUp: (who: string, at: string) => `${who} 预计可按时到场（约 ${at}）`,
    accepted: (who: string, filled: number) => `${who} 接受，已到位 ${filled}`, calledUp: (who: string) => `候补 ${who} 转为接受`, stoodBy: (who: string) => `${who} 愿意前往，列为候补`,
    changed: (need: string, before: number, count: number, reason: string) => `${need}：需要 ${before} 人改为 ${count} 人${reason ? `：${reason}` : ''}`, filled: (need: string) => `${need} 已到齐`, exhausted: (need: string, filled: number, count: number) => `${need} 已无人可召（${filled}/${count}）`,
    aidAppealed: (superior: string, region: string, n: number, refused: boolean) => `${region}要求归队 ${n} 人，指挥席${refused ? '未同意' : '未在时限内答复'}：报共同上级${superior}决定`, aidAppealSilent: (superior: string) => `${superior}未在时限内决定：没有召回任何人，以上一决定为准`,
    selfOffered: (who: string, note: string) => `${who} 自荐${note ? `：${note}` : ''}`, selfDecided: (yes: boolean, reason: string) => `${yes ? '采纳自荐' : '未采纳自荐'}：${reason}`, aidAsked: (region: string, stage: string, byPolicy: boolean) => `${byPolicy ? '按策略' : ''}向${region}求援（${stage}）`, aidMoved: (region: string, stage: string) => `${region}未答复，转${stage}`, aidRefused: (region: string, by: string, reason: string) => `${region}${by && `（${by}答复）`}不借：${reason}`, aidSilent: (region: string) => `${region}各级均未答复`, aidNobody: '没有可以求援的相邻辖区', aidReleased: (region: string, by: string, n: number, ground: string) => `${region}${by && `（${by}答复）`}借出 ${n} 人（${ground}）`, aidLapsed: (region: string, n: number) => `${region}的借调已到期${n > 0 ? `，${n} 人仍在途或在场` : ''}`, aidExtended: (region: string, by: string, n: number, t: string, reason: string) => `${region}的借调${by && `由${by}`}延长到 ${t}（${n} 人）：${reason}`, aidGoOn: (who: string, n: number, reason: string) => `${who}：借调到期后 ${n} 人继续执行，直到撤离（${reason}）`, aidCallHome: (who: string, n: number, asked: boolean, reason: string) => `${who}${asked ? `要求 ${n} 人归队，由指挥席决定` : `让 ${n} 人撤离归队`}（${reason}）`, command: '指挥席', ofCommand: (r: string) => `${r}指挥席`, ofSuperior: (r: string) => `共同上级${r}`, itsLiaison: '联络员', itsSuperior: (r: string) => `上级${r}`,
    paused: (reason: string) => `暂停召集${reason ? `：${reason}` : ''}`, resumed: '恢复召集', closed: (reason: string) => `结束警情${reason ? `：${reason}` : ''}`, cancelled: (reason: string) => `取消警情${reason ? `：${reason}` : ''}`,
  },
  {
    raised: 'Incident raised', ring: (need, region) => `${need}: ring opened, ${region}`, wave: (n, considered, asked) => `Wave ${n}: ${considered} considered, ${asked} asked`,
    offered: (who, need) => `${who} called (${need})`, sent: (who) => `Sent to ${who}`, delivered: (who) => `Delivered to ${who}`, seen: (who) => `Seen by ${who}`,
    state: (who, state, reason) => `${who}: ${state}${reason ? `, ${reason}` : ''}`, channelSent: (who, how) => `${who}: ${how} sent`, channelDelayed: (who, how, why) => `${who}: ${how} not sent yet, trying again (${why})`, channelDelivered: (who, how) => `${who}: ${how} delivered`, channelFailed: (who, how, why) => `${who}: ${how} did not arrive (${why})`, via: (sentence, how) => `${sentence} (by ${how})`,
    fellBehind: (who, at, deadline) => `${who} is expected late (about ${at}, due ${deadline}): keeps the place, others are asked as standby`, caughtUp: (who, at) => `${who} is expected in time again (about ${at})`,
    accepted: (who, filled) => `${who} accepted, ${filled} filled`, calledUp: (who) => `${who} called up from standby`, stoodBy: (who) => `${who} would come: standby`,
    changed: (need, before, count, reason) => `${need}: ${count} wanted instead of ${before}${reason ? `: ${reason}` : ''}`, filled: (need) => `${need} is filled`, exhausted: (need, filled, count) => `${need}: nobody left to ask (${filled}/${count})`,
    aidAppealed: (superior, region, n, refused) => `${region} wants ${n} back and the command ${refused ? 'refused' : 'did not answer'}: gone to the common superior, ${superior}`, aidAppealSilent: (superior) => `${superior} did not decide in time: nobody was recalled, the last word stands`,
    selfOffered: (who, note) => `${who} offers to come${note ? `: ${note}` : ''}`, selfDecided: (yes, reason) => `${yes ? 'Offer taken up' : 'Offer not taken up'}: ${reason}`, aidAsked: (region, stage, byPolicy) => `${region} asked for people${byPolicy ? ' by policy' : ''} (${stage})`, aidMoved: (region, stage) => `${region} is silent: now its ${stage}`, aidRefused: (region, by, reason) => `${region} lends nobody${by && `, says ${by}`}: ${reason}`, aidSilent: (region) => `${region}: nobody answered`, aidNobody: 'There is no neighbour to ask', aidReleased: (region, by, n, ground) => `${region} lends ${n}${by && `, says ${by}`} (${ground})`, aidLapsed: (region, n) => `${region}’s loan has run out${n > 0 ? `, ${n} still out` : ''}`, aidExtended: (region, by, n, t, reason) => `${region}’s loan of ${n} extended until ${t}${by && ` by ${by}`}: ${reason}`, aidGoOn: (who, n, reason) => `${who}: ${n} go on after the end of their loan, until released (${reason})`, aidCallHome: (who, n, asked, reason) => `${who} ${asked ? `wants ${n} home; the command decides` : `sends ${n} home`} (${reason})`, command: 'The command', ofCommand: (r) => `The command (${r})`, ofSuperior: (r) => `The common superior (${r})`, itsLiaison: 'its liaison', itsSuperior: (r) => `its superior ${r}`,
    paused: (reason) => `Calling paused${reason ? `: ${reason}` : ''}`, resumed: 'Calling resumed', closed: (reason) => `Incident closed${reason ? `: ${reason}` : ''}`, cancelled: (reason) => `Incident cancelled${reason ? `: ${reason}` : ''}`,
  },
);

export function factSentence(fact: Fact, incident: Incident): string {
  const s = sentences();
  const who = incident.callouts.find((c) => c.id === fact.calloutId)?.volunteer.name ?? fact.by.name ?? '';
  const need = (ordinal: number) => nameOf(incident.needs.find((n) => n.ordinal === ordinal)) || `#${ordinal}`;
  const states = calloutStates();
  const aid = aidWords();
  // The desk itself is not named: it is the region.
  const answeredBy = (word: { answeredAs?: string | null; forName?: string | null }) =>
    (word.answeredAs === 'liaison' ? s.itsLiaison : word.answeredAs === 'superior' ? s.itsSuperior(word.forName ?? '') : '');
  const via = (sentence: string, how: Channel | null | undefined, data: { onBehalf?: { channel: keyof ReturnType<typeof onBehalfChannels>; reason: string } }) =>
    (data.onBehalf ? `${sentence} · ${teamWords().mark(fact.by.name ?? '', onBehalfChannels()[data.onBehalf.channel])}：${data.onBehalf.reason}` : how ? s.via(sentence, channelName(how)) : sentence);
  switch (fact.kind) {
    case 'IncidentRaised': return s.raised;
    case 'RingOpened': return s.ring(need(fact.data.needOrdinal), fact.data.regionName);
    case 'WaveSent': return s.wave(fact.data.wave, fact.data.considered, fact.data.needs.reduce((sum, n) => sum + n.asked, 0));
    case 'CalloutOffered': return s.offered(fact.data.callout.volunteer.name, need(fact.data.callout.needOrdinal));
    case 'CalloutSent': return s.sent(who);
    case 'CalloutDelivered': return s.delivered(who);
    case 'CalloutSeen': return s.seen(who);
    case 'CalloutChannelSent': return s.channelSent(who, channelName(fact.data.channel, fact.data.letter));
    case 'CalloutChannelDelayed': return s.channelDelayed(who, channelName(fact.data.channel, fact.data.letter), channelReasonOf(fact.data.reason));
    case 'CalloutChannelDelivered': return s.channelDelivered(who, channelName(fact.data.channel, fact.data.letter));
    case 'CalloutChannelFailed': return s.channelFailed(who, channelName(fact.data.channel, fact.data.letter), channelReasonOf(fact.data.reason));
    case 'CalloutAccepted': return via(s.accepted(who, fact.data.filled), fact.data.via, fact.data);
    case 'CalloutCalledUp': return s.calledUp(who);
    case 'CalloutStoodBy': return via(s.stoodBy(who), fact.data.via, fact.data);
    case 'CalloutDeclined': return via(s.state(who, states.declined, reasonOf(fact.data.reason)), fact.data.via, fact.data);
    case 'CalloutExpired': return s.state(who, states.expired, '');
    case 'CalloutRecalled': return s.state(who, states.recalled, reasonOf(fact.data.reason));
    case 'CalloutEnRoute': return s.state(who, states.enRoute, '');
    case 'CalloutOnScene': return s.state(who, states.onScene, '');
    case 'CalloutFellBehind': return s.fellBehind(who, timeOf(fact.data.expectedAt, incident.timeZone), timeOf(fact.data.deadline, incident.timeZone));
    case 'CalloutCaughtUp': return s.caughtUp(who, timeOf(fact.data.expectedAt, incident.timeZone));
    case 'CalloutTurnedBack': return s.state(who, states.turnedBack, reasonOf(fact.data.reason));
    case 'CalloutReleased': return s.state(who, states.released, reasonOf(fact.data.reason));
    case 'NeedChanged': return s.changed(need(fact.data.needOrdinal), fact.data.before, fact.data.count, reasonOf(fact.data.reason));
    case 'CalloutRepudiated': return s.state(teamWords().repudiatedFact(who), states[fact.data.state], reasonOf(fact.data.reason));
    case 'LiaisonAsked': return teamWords().asked(fact.data.teamName, fact.data.silent);
    case 'LiaisonEscalated': return teamWords().escalated(fact.data.teamName);
    case 'LiaisonAnswered': return teamWords().answered(liaisonOutcomes()[fact.data.outcome], fact.data.note ?? '');
    case 'NeedFilled': return s.filled(need(fact.data.needOrdinal));
    case 'NeedExhausted': return s.exhausted(need(fact.data.needOrdinal), fact.data.filled, fact.data.count);
    case 'SelfOffered': return s.selfOffered(fact.by.name ?? '', fact.data.note ?? '');
    case 'SelfOfferDecided': return s.selfDecided(fact.data.answer === 'accept', fact.data.reason);
    case 'AidRequested': return s.aidAsked(fact.data.regionName, aid.stages[fact.data.stage] ?? '', fact.by.kind === 'system');
    case 'AidEscalated': return s.aidMoved(fact.data.regionName, aid.stages[fact.data.stage] ?? '');
    case 'AidRefused': return s.aidRefused(fact.data.regionName, answeredBy(fact.data), fact.data.reason);
    case 'AidUnanswered': return s.aidSilent(fact.data.regionName);
    case 'AidUnavailable': return s.aidNobody;
    case 'AidReleased': return s.aidReleased(fact.data.regionName, answeredBy(fact.data), fact.data.people.length, aid.grounds[fact.data.ground] ?? fact.data.ground);
    case 'AidLapsed': return s.aidLapsed(fact.data.regionName, fact.data.stillOut.length);
    case 'AidExtended': return s.aidExtended(fact.data.regionName, fact.data.forCode === fact.data.regionCode ? '' : fact.data.forName ?? '', fact.data.people.length, whenOf(fact.data.validUntil, incident.timeZone, Date.parse(fact.at)), fact.data.reason);
    case 'AidLapseDecided': {
      const { decidedAs, forName, regionName } = fact.data; // of records from before a word named its region, there is no name
      const who = decidedAs === 'lender' ? forName ?? regionName : decidedAs === 'superior' ? s.ofSuperior(forName ?? '') : forName ? s.ofCommand(forName) : s.command;
      return fact.data.decision === 'goOn' ? s.aidGoOn(who, fact.data.stillOut.length, fact.data.reason) : s.aidCallHome(who, fact.data.stillOut.length, fact.data.decidedAs === 'lender', fact.data.reason);
    }
    case 'AidAppealed': return s.aidAppealed(fact.data.superiorName, fact.data.regionName, fact.data.stillOut.length, fact.data.because === 'refused');
    case 'AidAppealUnanswered': return s.aidAppealSilent(fact.data.superiorName);
    case 'CallingPaused': return s.paused(reasonOf(fact.data.reason));
    case 'CallingResumed': return s.resumed;
    case 'IncidentClosed': return s.closed(reasonOf(fact.data.reason));
    case 'IncidentCancelled': return s.cancelled(reasonOf(fact.data.reason));
    default: return lang.value === 'zh' ? `其他事实：${(fact as Fact).kind}` : (fact as Fact).kind;
  }
}

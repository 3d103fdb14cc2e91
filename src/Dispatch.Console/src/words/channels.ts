// How a call-out fares beside the live line, and what a reachability test found.
import type { Channel, ChannelOutcome, Letter } from '../live/contract';
import { inBoth } from './lang';

export const channels = inBoth<Record<Channel, string>>(
  { live: '手机页面', push: '推送', sms: '短信', voice: '语音' },
  { live: 'phone page', push: 'push', sms: 'SMS', voice: 'voice' },
);

const marks = inBoth(
  { sent: (how: string) => (how === '推送' ? '已推送' : `${how}已发`), delivered: (how: string) => `${how}送达`, answered: (how: string) => `${how}答复`, queued: (how: string) => `${how}重试中`, failed: (how: string) => `${how}失败` },
  { sent: (how) => `${how} sent`, delivered: (how) => `${how} delivered`, answered: (how) => `answered by ${how}`, queued: (how) => `${how} retrying`, failed: (how) => `${how} failed` },
);

const letters = inBoth(
  { calledUp: (how: string) => `递补${how}`, standDown: (how: string) => `解除${how}` },
  { calledUp: (how) => `call-up by ${how}`, standDown: (how) => `stand-down by ${how}` },
);

/** The channel, and what went out by it when that was not the offer: 短信, 解除短信. */
export const channelName = (channel: Channel, letter: Letter = 'callOut'): string =>
  (letter === 'callOut' ? channels()[channel] : letters()[letter](channels()[channel]));

/** One short mark per channel: the furthest it has come. */
export function channelMark(outcome: ChannelOutcome): { kind: 'answered' | 'delivered' | 'sent' | 'queued' | 'failed'; text: string } {
  const how = channelName(outcome.channel, outcome.letter);
  const kind = outcome.confirmedAt ? 'answered' : outcome.state === 'gaveUp' || outcome.state === 'unavailable' ? 'failed' : outcome.state;
  return { kind, text: marks()[kind](how) };
}

const reasons = inBoth<Record<string, string>>(
  {
    noNumber: '没有登记手机号', notConfigured: '本系统未配置此渠道', notSubscribed: '手机未打开推送', notActivated: '手机未激活', notConnected: '手机页面未连接',
    timeOut: '网关无应答', noConnection: '连不上网关', notNeeded: '已不需要', deliveredMeanwhile: '期间已送达手机', tooLate: '已过时限', reported: '运营商报告未送达',
  },
  {
    noNumber: 'no phone number registered', notConfigured: 'channel not configured here', notSubscribed: 'push not switched on', notActivated: 'phone not activated', notConnected: 'phone page not connected',
    timeOut: 'the gateway does not answer', noConnection: 'the gateway cannot be reached', notNeeded: 'no longer needed', deliveredMeanwhile: 'reached the phone meanwhile', tooLate: 'too late', reported: 'reported as undelivered',
  },
);
/** A word of ours, or the code of the gateway as it is. */
export const channelReasonOf = (reason: string | null): string => (reason === null ? '' : reasons()[reason] ?? reason);

export const reachabilityWords = inBoth(
  {
    test: '通联测试', titleFor: (name: string) => `${name} 的通联测试`, what: '测试会发到他的每一个渠道，并写明“这不是召集”。', start: '现在测试', again: '再测一次', testing: '正在发送…', close: '关闭',
    tooSoon: '刚测试过，请半分钟后再试。', unconfirmed: '未确认：没有收到服务器的答复，可以再按一次，不会重复。', failed: '读取失败', never: '还没有测试过。',
    channel: '渠道', outcome: '结果', time: '时间', waiting: '等待中…', sent: '已发出，等待送达', delivered: '已送达', confirmed: '本人确认收到', not: '没有送达', unavailable: '不可用',
    at: (time: string, who: string) => `${time} 由 ${who} 发起`, earlier: '以前的测试', reached: (a: number, b: number) => `${b} 个可用渠道中 ${a} 个送达`,
  },
  {
    test: 'Reachability test', titleFor: (name) => `Reachability test of ${name}`, what: 'The test goes out on every channel he has and says that it is no call-out.', start: 'Test now', again: 'Test again', testing: 'Sending…', close: 'Close',
    tooSoon: 'Tested a moment ago: try again in half a minute.', unconfirmed: 'Not confirmed: the server did not answer. Press again; it is not doubled.', failed: 'Could not be read', never: 'Never tested.',
    channel: 'Channel', outcome: 'Outcome', time: 'Time', waiting: 'Waiting…', sent: 'Sent, waiting for delivery', delivered: 'Delivered', confirmed: 'Received, says the person', not: 'Did not arrive', unavailable: 'Not available',
    at: (time, who) => `${time} by ${who}`, earlier: 'Earlier tests', reached: (a, b) => `${a} of ${b} channels reached him`,
  },
);

// Words of captains and liaisons: on the console and on the phone.
import type { AnsweredBy, LiaisonOutcome, OnBehalfChannel } from '../live/contract';
import { inBoth } from './lang';

export const onBehalfChannels = inBoth<Record<OnBehalfChannel, string>>(
  { phoneCall: '电话', inPerson: '当面', radio: '电台' },
  { phoneCall: 'by telephone', inPerson: 'in person', radio: 'by radio' },
);
export const liaisonOutcomes = inBoth<Record<LiaisonOutcome, string>>(
  { reached: '已联系上', partly: '部分联系上', unreachable: '联系不上' },
  { reached: 'Reached', partly: 'Some reached', unreachable: 'Not reached' },
);
export const teamWords = inBoth(
  {
    mark: (captain: string, how: string) => `队长 ${captain} 代答复（${how}）`, repudiated: '本人已否认', repudiatedFact: (who: string) => `${who} 否认队长的代答复`, asked: (team: string, n: number) => `${team} ${n} 人无应答：请联络员联系`, escalated: (team: string) => `${team} 的联络员没有答复：转上级站处理`, answered: (outcome: string, note: string) => `联络员任务：${outcome}${note ? `，${note}` : ''}`,
    tasks: '联络员任务', silent: (names: string) => `无应答：${names}`, toStation: (station: string) => `请 ${station} 处理`, withLiaison: (name: string, until: string) => `联络员 ${name}，${until} 前答复`, note: '说明（可不填）', show: '查看警情', done: '已处理',
    behalfHead: '代答复',
  },
  {
    mark: (captain, how) => `answered by captain ${captain} (${how})`, repudiated: 'repudiated by himself', repudiatedFact: (who) => `${who} repudiated the captain’s answer`, asked: (team, n) => `${team}: ${n} silent, liaison asked`, escalated: (team) => `${team}: liaison did not answer, now with the station`, answered: (outcome, note) => `Liaison: ${outcome}${note ? `, ${note}` : ''}`,
    tasks: 'Liaison tasks', silent: (names) => `Silent: ${names}`, toStation: (station) => `With ${station}`, withLiaison: (name, until) => `Liaison ${name}, until ${until}`, note: 'Note (optional)', show: 'Show', done: 'Answered',
    behalfHead: 'Answered on behalf',
  },
);
export const markOf = (answer: AnsweredBy): string => `${teamWords().mark(answer.by.name ?? '', onBehalfChannels()[answer.channel])}：${answer.reason}${answer.repudiatedAt ? ` · ${teamWords().repudiated}` : ''}`;

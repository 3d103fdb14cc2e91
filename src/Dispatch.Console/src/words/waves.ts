// Words of the time line of waves.
import { inBoth } from './lang';

export const waveWords = inBoth(
  {
    tab: '批次', empty: '还没有召集：第一批发出后显示在这里', ladder: '圈层', lent: '跨区增援', byName: '指名召集', notOpen: '未打开', beyond: { 2: '全市', 1: '全省' }, ifUnified: '须统一指挥', byUnified: '策略允许到此为止；共同上级启用统一指挥后，才逐名释放、召集区县以外的人', rung: (asked: number, yes: number) => `召集 ${asked}，应召 ${yes}`, openedFor: (names: string) => `打开 ${names}`,
    after: (t: string) => `上报后 ${t}`, asked: (n: number, considered: number) => `召集 ${n} 人（考虑 ${considered} 人）`, askedNobody: (considered: number) => `考虑 ${considered} 人，没有新召集`,
    until: '答复时限', over: '时限已过', allAnswered: '全部有结果', outcome: '结果', yes: '应召', standby: '候补', no: '不来', silent: '未答复', recalled: '已撤回', waiting: '待答复',
    sure: (p: string, people: number, by: string) => `${by}至少 ${people} 人到场的把握 ${p}`, from: (p: string) => `召集前 ${p}`, target: (p: string) => `目标 ${p}`, within: (m: number) => `${m} 分钟内`, atAll: '迟早', short: '够不到目标：可召的人已全部召集', who: (n: number) => `召集了谁，为什么（${n} 人）`, chance: '到场可能性',
  },
  {
    tab: 'Waves', empty: 'Nobody has been asked yet: the first wave will show here', ladder: 'Ladder', lent: 'Lent', byName: 'By name', notOpen: 'not open', beyond: { 2: 'City', 1: 'Province' }, ifUnified: 'by unified command', byUnified: 'As far as the policy permits. People beyond the district are released by name, once the common superior has switched unified command on', rung: (asked, yes) => `${asked} asked, ${yes} yes`, openedFor: (names) => `opened ${names}`,
    after: (t) => `${t} after the raise`, asked: (n, considered) => `${n} asked (${considered} considered)`, askedNobody: (considered) => `${considered} considered, nobody new asked`,
    until: 'Answer due', over: 'time is over', allAnswered: 'all settled', outcome: 'Result', yes: 'Yes', standby: 'Standby', no: 'No', silent: 'Silent', recalled: 'Recalled', waiting: 'Waiting',
    sure: (p, people, by) => `${p} sure of at least ${people} there ${by}`, from: (p) => `before: ${p}`, target: (p) => `target ${p}`, within: (m) => `within ${m} min`, atAll: 'at some time', short: 'Short of the target: everybody there is has been asked', who: (n) => `Who was asked, and why (${n})`, chance: 'Chance to be there',
  },
);

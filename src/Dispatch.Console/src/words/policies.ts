// Words of the page of modes and policies.
import { inBoth } from './lang';

export const policyWords = inBoth(
  {
    nav: '策略', title: '模式与策略', mode: '当前模式', modeOf: (region: string) => `${region}的模式`, inForce: (m: string, from: string) => `现行：${m}（${from}）`, own: '本区', heavier: '以本级和上级中最高的为准', switchTo: (m: string) => `切换为${m}`, current: '现行',
    switchAsk: (region: string, m: string) => `把${region}切换为“${m}”？此后上报的警情按新模式召集，处置中的警情保持原方案。`,
    policies: '各类别的方案', hint: '粗体为本区设定；其余继承自上级或类别。点一行修改。', allCategories: '所有类别', category: '类别', edit: '修改', from: (r: string) => `来自${r}`, fromCategory: '类别自带',
    firstRing: '首圈', lastRing: '末圈', radiusMetres: '半径（米）', answerWithinSeconds: '答复时限（秒）', arriveWithinSeconds: '到场时限（秒）', targetProbability: '目标把握（0.5–0.995）', innerTarget: '单次目标（空：按标定）',
    alertBudget: '召集上限（次，0 不限）', alertPeriodSeconds: '上限周期（秒）', restFloorSeconds: '休整（秒，0 不设）', quietFrom: '静默自', quietTo: '静默至', aid: '邻区增援', aidAnswerWithinSeconds: '增援每级时限（秒）', lendForSeconds: '借调时长（秒）', approver: '谁可批准借出',
    radius: '半径', answer: '答复', arrive: '到场', target: '把握', fatigue: '疲劳', quiet: '静默', lending: '增援', levels: '省|市|区县|街道|社区', automatic: '自动求援', operator: '由指挥员', desk: '本区值班席', superior: '上级值班席', none: '无', inherit: '继承', perWeek: (n: number, t: string) => `${t}内至多 ${n} 次`, restFor: (t: string) => `休整 ${t}`,
    reason: '修改原因', save: '保存', cancel: '返回', saving: '正在保存…', unconfirmed: '没有收到服务器的确认，请再按一次保存；不会重复执行', emptyInherits: '留空即继承；灰字和括号内是现行值', is: (t: string) => `即 ${t}`, reasonNeeded: '请填写原因', yes: '是', no: '否', people: (n: number) => `${n} 人`, record: '命令记录', nothingOnRecord: '还没有任何修改', loading: '正在读取…', failed: '读取失败，正在重试', changedNow: '此策略刚被他人修改，这里还是修改前的内容', showNow: '显示最新内容', changedMeanwhile: '此策略刚被他人修改，已显示最新内容，请核对后再保存',
    ordered: { lender: '出借方', borrower: '受援方', bothWays: '双向', validUntil: '有效至', until: '至', qualification: '资质', count: '人数', place: '参照点', withinMetres: '范围（米）', withinMinutes: '范围（分钟）', liaisons: '联络员', proposedFor: '待接受方', mode: '模式', position: '坐标', region: '辖区' } as Record<string, string>,
    kinds: { modeSwitched: '切换模式', policySet: '修改策略', floorSet: '修改保底', liaisonsSet: '指定联络员', floorRemoved: '取消保底', agreementProposed: '提出协议', agreementAccepted: '接受协议', agreementMade: '订立协议', agreementEnded: '终止协议', unifiedCommandOn: '启用统一指挥', unifiedCommandOff: '结束统一指挥' } as Record<string, string>,
    modes: { peacetime: '平时', urgent: '急时', disaster: '灾时', wartime: '战时' } as Record<string, string>,
  },
  {
    nav: 'Policies', title: 'Modes and policies', mode: 'Mode in force', modeOf: (region) => `Mode of ${region}`, inForce: (m, from) => `In force: ${m} (${from})`, own: 'own', heavier: 'the gravest of this region and those above counts', switchTo: (m) => `Switch to ${m}`, current: 'in force',
    switchAsk: (region, m) => `Switch ${region} to “${m}”? Incidents raised from now on follow it; running ones keep their plan.`,
    policies: 'Plans by category', hint: 'Bold: set here. The rest is inherited. Choose a row to change it.', allCategories: 'All categories', category: 'Category', edit: 'Change', from: (r) => `from ${r}`, fromCategory: 'the category’s own',
    firstRing: 'First ring', lastRing: 'Last ring', radiusMetres: 'Radius (m)', answerWithinSeconds: 'Answer within (s)', arriveWithinSeconds: 'Arrive within (s)', targetProbability: 'Target (0.5–0.995)', innerTarget: 'Inner target (empty: calibrated)',
    alertBudget: 'Alert budget (0: no limit)', alertPeriodSeconds: 'Budget period (s)', restFloorSeconds: 'Rest floor (s, 0: none)', quietFrom: 'Quiet from', quietTo: 'Quiet to', aid: 'Neighbours’ aid', aidAnswerWithinSeconds: 'Aid: each stage within (s)', lendForSeconds: 'Lend for (s)', approver: 'Who may lend',
    radius: 'Radius', answer: 'Answer', arrive: 'Arrive', target: 'Target', fatigue: 'Fatigue', quiet: 'Quiet', lending: 'Aid', levels: 'province|city|district|street|community', automatic: 'asked automatically', operator: 'on an order', desk: 'own desk', superior: 'superior’s desk', none: 'none', inherit: 'inherit', perWeek: (n, t) => `${n} per ${t}`, restFor: (t) => `rest ${t}`,
    reason: 'Reason for the change', save: 'Save', cancel: 'Back', saving: 'Saving…', unconfirmed: 'No confirmation from the server. Press save again: it will not be done twice', emptyInherits: 'Empty inherits; what holds now stands in grey', is: (t) => `that is ${t}`, reasonNeeded: 'Please give a reason', yes: 'yes', no: 'no', people: (n) => `${n} people`, record: 'Orders on record', nothingOnRecord: 'Nothing has been changed yet', loading: 'Loading…', failed: 'Could not be read; trying again', changedNow: 'Somebody has just changed this line; here it is as it was before', showNow: 'Show it as it is now', changedMeanwhile: 'Somebody has just changed this line. It is shown as it is now: look at it again before you save',
    ordered: { lender: 'lender', borrower: 'borrower', bothWays: 'both ways', validUntil: 'valid until', until: 'until', qualification: 'qualification', count: 'people', place: 'place', withinMetres: 'within (m)', withinMinutes: 'within (min)', liaisons: 'liaisons', proposedFor: 'waits for', mode: 'mode', position: 'position', region: 'region' },
    kinds: { modeSwitched: 'Mode switched', policySet: 'Policy changed', floorSet: 'Floor set', liaisonsSet: 'Liaisons appointed', floorRemoved: 'Floor removed', agreementProposed: 'Agreement proposed', agreementAccepted: 'Agreement accepted', agreementMade: 'Agreement made', agreementEnded: 'Agreement ended', unifiedCommandOn: 'Unified command on', unifiedCommandOff: 'Unified command off' },
    modes: { peacetime: 'Peacetime', urgent: 'Urgent', disaster: 'Disaster', wartime: 'Wartime' },
  },
);

export const modeName = (mode: string): string => policyWords().modes[mode] ?? mode;
/** 3 → 区县. */
export const levelName = (level: number): string => policyWords().levels.split('|')[level - 1] ?? String(level);

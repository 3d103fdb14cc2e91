// Words of the mutual-aid desk.
import { inBoth } from './lang';

export const aidWords = inBoth(
  {
    nav: '增援', title: '跨区域增援', waiting: '待本席答复', asked: '求援情况', none: '没有求援', failed: '读取失败，正在重试', loading: '正在读取…', unconfirmed: '没有收到服务器的确认，请再按一次；不会重复执行',
    from: (borrower: string) => `${borrower}求援`, to: (lender: string) => `向${lender}求援`, wants: (n: number, what: string) => `${what} ${n} 人`, due: '答复时限', askedAt: '求援时间', byPolicy: '系统按策略', stageIs: (s: string) => `现由${s}答复`,
    stages: { desk: '值班席', liaison: '联络员', superior: '上级值班席' } as Record<string, string>, states: { open: '待答复', approved: '已借出', refused: '已婉拒', unanswered: '无人答复', withdrawn: '已撤销' } as Record<string, string>,
    people: '可借出的人', nobody: '现在没有符合条件并同意跨区增援的人', distance: '距现场', chosen: (n: number) => `已选 ${n} 人`, cover: '借出后本区还剩', coverOf: (name: string, n: number, before: number) => `${name}：现有 ${before}，剩 ${n}`, floorKept: '保底', floorBroken: '低于保底，不能借出', all: '全选', propose: '按建议', clear: '不选',
    lendFor: '借调时长（小时）', reason: '说明', reasonNeeded: '婉拒须说明原因', lend: (n: number) => `借出 ${n} 人`, refuse: '一个也不借', open: '查看并答复', close: '返回',
    lent: '借调中的人', noLent: '没有借调', grounds: { approval: '属地同意', agreement: '常设协议', unifiedCommand: '统一指挥', override: '指挥员特批' } as Record<string, string>, until: (t: string) => `至 ${t}`, lapsed: '已到期', ended: '已结束', back: '已归队', named: '未召集', lentTo: (a: string, b: string) => `${a} → ${b}`,
    agreements: '常设联动协议', noAgreements: '没有协议', both: '双向', allCategories: '所有类别', allModes: '各种模式', waitsFor: (r: string) => `待${r}接受`, inForce: '生效中', accept: '接受', end: '终止', add: '订立协议', lender: '出借方', borrower: '受援方', category: '类别', mode: '模式', validUntil: '有效至', bothWays: '双向有效',
    floors: '保底力量', noFloors: '没有设保底', nowHas: (n: number) => `现有 ${n}`, lift: '取消', addFloor: '设保底', qualification: '资质', count: '人数', within: '范围', metres: '米', minutes: '分钟', anywhere: '全区', place: '参照点名称', longitude: '经度（WGS-84）', latitude: '纬度',
    unified: '统一指挥', unifiedOff: '未启用', unifiedOn: (r: string, t: string) => `${r}统一指挥至 ${t}`, switchOn: '启用统一指挥', switchOff: '结束', hours: '时长（小时）', unifiedHint: '仅对策略允许末圈超出区县的警情有效', save: '确定', region: '辖区',
    selfOffer: (who: string, note: string) => `${who} 自荐前往${note ? `：${note}` : ''}`, takeUp: '采纳并召集', notTaken: '不采纳', forNeed: '用于需求',
    over: (names: string) => `涉及${names}`, led: (r: string) => `由共同上级${r}指挥。`, onlyLooking: '本席只能查看。', morePlaces: (n: number) => `另有 ${n} 处`, areaOf: (km2: number) => `范围约 ${km2 < 10 ? km2.toFixed(1) : Math.round(km2)} 平方公里`, request: '请求增援', requestAsk: '向最近的两个相邻辖区请求增援？对方值班席会逐人决定借出谁。', stillOut: (n: number, r: string) => `${r}的同意已到期，${n} 人仍在途或在场：请决定撤离或再次求援`,
  },
  {
    nav: 'Aid', title: 'Mutual aid', waiting: 'Waiting for this desk', asked: 'Requests', none: 'No requests', failed: 'Could not be read; trying again', loading: 'Loading…', unconfirmed: 'No confirmation from the server. Press again: it will not be done twice',
    from: (borrower) => `${borrower} asks`, to: (lender) => `Asked ${lender}`, wants: (n, what) => `${n} ${what}`, due: 'Answer due', askedAt: 'Asked', byPolicy: 'by policy', stageIs: (s) => `for the ${s} to answer`,
    stages: { desk: 'desk', liaison: 'liaison', superior: 'superior’s desk' }, states: { open: 'open', approved: 'lent', refused: 'declined', unanswered: 'no answer', withdrawn: 'withdrawn' },
    people: 'Who could be lent', nobody: 'Nobody passes the gates and consents to be lent now', distance: 'Distance', chosen: (n) => `${n} chosen`, cover: 'What would remain here', coverOf: (name, n, before) => `${name}: ${before} now, ${n} left`, floorKept: 'kept', floorBroken: 'below the floor: cannot be lent', all: 'All', propose: 'As proposed', clear: 'None',
    lendFor: 'Lend for (hours)', reason: 'Remark', reasonNeeded: 'To lend nobody, give a reason', lend: (n) => `Lend ${n}`, refuse: 'Lend nobody', open: 'Look and answer', close: 'Back',
    lent: 'People on loan', noLent: 'Nobody is on loan', grounds: { approval: 'approved', agreement: 'agreement', unifiedCommand: 'unified command', override: 'override' }, until: (t) => `until ${t}`, lapsed: 'run out', ended: 'ended', back: 'back home', named: 'not called', lentTo: (a, b) => `${a} → ${b}`,
    agreements: 'Standing agreements', noAgreements: 'No agreements', both: 'both ways', allCategories: 'all categories', allModes: 'every mode', waitsFor: (r) => `waits for ${r}`, inForce: 'in force', accept: 'Accept', end: 'End', add: 'Make an agreement', lender: 'Lender', borrower: 'Borrower', category: 'Category', mode: 'Mode', validUntil: 'Valid until', bothWays: 'Both ways',
    floors: 'Reserve floors', noFloors: 'No floors', nowHas: (n) => `${n} now`, lift: 'Lift', addFloor: 'Set a floor', qualification: 'Qualification', count: 'People', within: 'Within', metres: 'metres', minutes: 'minutes', anywhere: 'the whole region', place: 'Name of the place', longitude: 'Longitude (WGS-84)', latitude: 'Latitude',
    unified: 'Unified command', unifiedOff: 'off', unifiedOn: (r, t) => `${r}: on until ${t}`, switchOn: 'Switch unified command on', switchOff: 'End', hours: 'For (hours)', unifiedHint: 'Holds only for incidents whose policy lets rings go beyond the district', save: 'Confirm', region: 'Region',
    selfOffer: (who, note) => `${who} offers to come${note ? `: ${note}` : ''}`, takeUp: 'Take up and call', notTaken: 'Do not', forNeed: 'For the need',
    over: (names) => `Reaches into ${names}.`, led: (r) => `Led by the common superior, ${r}.`, onlyLooking: 'This desk only looks on.', morePlaces: (n) => `${n} more ${n === 1 ? 'place' : 'places'}`, areaOf: (km2) => `an area of about ${km2 < 10 ? km2.toFixed(1) : Math.round(km2)} km²`, request: 'Ask for aid', requestAsk: 'Ask the two nearest neighbours for people? Their desks decide, person by person, whom they lend.', stillOut: (n, r) => `${r}’s consent has run out and ${n} of its people are still out: release them or ask again`,
  },
);

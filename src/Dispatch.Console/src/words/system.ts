// Words of the page that says whether the system itself is healthy.
import { inBoth } from './lang';

export const systemWords = inBoth(
  {
    nav: '系统状态', title: '系统状态', asking: '正在询问服务器…', updated: (s: number) => (s < 2 ? '刚刚更新' : `${s} 秒前更新`), old: (s: string) => `服务器没有应答。以下是${s}前的情况，可能已经变化`, never: '服务器没有应答，情况不明',
    unknown: '数据库没有应答，其余情况暂时不明', attention: '要留意的', nothing: '没有要留意的事', speed: '送达速度', speedHint: '最近 15 分钟，仅计当时在线的手机', work: '正在处理', parts: '各部分', nodes: '服务器节点',
    raiseToPhone: '上报 → 手机', acceptToConsole: '接受 → 指挥台', p50: '中位', p95: '95 % 以内', noSample: '最近没有', samples: (n: number) => `${n} 次`,
    undelivered: '未送达召集', undeliveredHint: '发出 20 秒仍没有手机收到', overdue: '超时未处理', overdueHint: '过了时限 4 秒仍未处理', missed: '漏掉的时限', missedHint: '由审计补上（近 1 小时）',
    cut: '断开的慢连接', cutHint: '会自行重连（近 1 小时）', notConfirmed: '未确认的答复', notConfirmedHint: '数据库中断时（近 1 小时）', errors: '错误日志', errorsHint: '近 1 小时',
    channel: (how: string) => `${how}渠道（近 1 小时）`, channelCounts: (sent: number, delivered: number, failed: number, retrying: number) => `发出 ${sent} · 送达 ${delivered} · 失败 ${failed}${retrying > 0 ? ` · 重试中 ${retrying}` : ''}`,
    record: '处置记录', recordUnchecked: '尚未核对', recordHolds: (facts: string, all: string, recent: string) => `完整：全部 ${facts} 条（${all} 核对），近期的 ${recent} 核对`, recordFlawed: (n: number) => `${n} 个警情或集结的记录核对不符：请通知审计`,
    quarantined: '隔离的数据', quarantinedHint: '无法处理而被隔离，其余照常', queue: '最长发送队列', queueHint: '一个连接上排队的消息', lag: '推送滞后', lagHint: '落后于记录的时间', phones: '在线手机', consoles: '在线指挥台',
    postgres: '数据库 PostgreSQL', redis: 'Redis（节点间提示）', auditor: '计时审计', disk: '磁盘', connectionsOf: (n: number, most: number) => `连接 ${n} / ${most}`, roundTrip: (ms: string) => `往返 ${ms}`, version: '版本',
    redisWords: '未配置：节点靠轮询|已连接|没有应答：节点靠轮询', beat: (s: string) => `${s}前报到`, neverBeat: '尚未报到', diskFree: (free: string, all: string) => `剩余 ${free} / ${all}`, diskUnknown: '未知',
    node: '节点', started: '启动', seen: '最后报到', connections: '手机 / 指挥台', queues: '队列（最长 / 合计）', memory: '内存', thisOne: '答复本页', draining: '正在下线', goneFor: (s: string) => `失联 ${s}`, ago: (s: string) => `${s}前`,
    ok: '正常', watch: '留意', bad: '故障', hour: '近 1 小时', now: '现在', highest: '最高', noData: '没有数据', plot: (name: string, now: string, most: string) => `${name}：现在 ${now}，近 1 小时最高 ${most}`, open: '查看系统状态', people: '个', seconds: '秒',
  },
  {
    nav: 'System', title: 'System health', asking: 'Asking the server…', updated: (s) => (s < 2 ? 'updated just now' : `updated ${s} s ago`), old: (s) => `The server does not answer. This is from ${s} ago and may have changed`, never: 'The server does not answer; nothing is known',
    unknown: 'The database does not answer; nothing else is known for the moment', attention: 'Needs a look', nothing: 'Nothing needs a look', speed: 'How fast it delivers', speedHint: 'last 15 minutes, phones that were connected', work: 'In hand', parts: 'Parts', nodes: 'Server nodes',
    raiseToPhone: 'Raise → phone', acceptToConsole: 'Accept → console', p50: 'median', p95: 'for 95 %', noSample: 'none lately', samples: (n) => `${n} measured`,
    undelivered: 'Undelivered', undeliveredHint: 'no phone has it 20 s after the offer', overdue: 'Overdue', overdueHint: '4 s past the due time and not dealt with', missed: 'Missed due times', missedHint: 'found by the audit (last hour)',
    cut: 'Slow clients cut', cutHint: 'they reconnect by themselves (last hour)', notConfirmed: 'Not confirmed', notConfirmedHint: 'while the database was away (last hour)', errors: 'Errors logged', errorsHint: 'last hour',
    channel: (how) => `${how[0]!.toUpperCase()}${how.slice(1)} channel (last hour)`, channelCounts: (sent, delivered, failed, retrying) => `${sent} sent · ${delivered} delivered · ${failed} failed${retrying > 0 ? ` · ${retrying} retrying` : ''}`,
    record: 'Record', recordUnchecked: 'not verified yet', recordHolds: (facts, all, recent) => `whole: all ${facts} facts verified ${all}, the recent ones ${recent}`, recordFlawed: (n) => `the record of ${n} ${n === 1 ? 'incident or muster' : 'incidents or musters'} does not verify: call the auditor`,
    quarantined: 'Quarantined', quarantinedHint: 'rows set apart; the rest flows', queue: 'Longest queue', queueHint: 'messages waiting on one connection', lag: 'Push lag', lagHint: 'behind the record', phones: 'Phones', consoles: 'Consoles',
    postgres: 'PostgreSQL database', redis: 'Redis (hints between nodes)', auditor: 'Timer audit', disk: 'Disk', connectionsOf: (n, most) => `${n} of ${most} connections`, roundTrip: (ms) => `round trip ${ms}`, version: 'Version',
    redisWords: 'not configured: nodes poll|connected|no answer: nodes poll', beat: (s) => `reported ${s} ago`, neverBeat: 'has not reported yet', diskFree: (free, all) => `${free} of ${all} free`, diskUnknown: 'unknown',
    node: 'Node', started: 'Started', seen: 'Last sign', connections: 'Phones / consoles', queues: 'Queues (longest / all)', memory: 'Memory', thisOne: 'answers this page', draining: 'draining', goneFor: (s) => `gone for ${s}`, ago: (s) => `${s} ago`,
    ok: 'OK', watch: 'Look', bad: 'Fault', hour: 'last hour', now: 'now', highest: 'highest', noData: 'no data', plot: (name, now, most) => `${name}: now ${now}, highest in the last hour ${most}`, open: 'System health', people: '', seconds: 's',
  },
);

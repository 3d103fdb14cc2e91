// Words of the muster board.
import type { LeftOutReason, MusterStage } from '../live/contract';
import { inBoth } from './lang';

export const musterWords = inBoth(
  {
    musters: '集结', open: '进行中', ended: '已解除', none: '当前没有集结', choose: '选择一次集结查看点名', loading: '正在读取…', failed: '读取失败', call: '发起集结', title: '发起集结', close: '关闭（Esc）',
    purpose: '事由与风险（队员会看到）', purposeHint: '例如：河堤防汛值守，自带雨具，堤面湿滑', address: '集结地点', position: '坐标', assembleAt: '集结时间', inMinutes: (n: number) => (n < 60 ? `${n} 分钟后` : `${n / 60} 小时后`), teams: '队伍（含分队、队长、联络员）', findTeam: '按名称查找队伍', people: '另加人员', findPerson: '按姓名或编号查找，回车加入',
    members: (n: number) => `${n} 人`, total: (n: number) => `共约 ${n} 人`, send: '发出集结', sending: '正在发出…', invitation: '集结是邀请：没有人有义务参加。集结不占用人员，有警情仍可召集他们。',
    purposeMissing: '必须写明事由与风险', addressMissing: '请填写集结地点', positionMissing: '请输入坐标', timeMissing: '请选择集结时间', peopleMissing: '请选择队伍或人员',
    called: '应到', notified: '通知', delivered: '送达', responded: '响应', accepted: '接受', checkedIn: '签到', declined: '不能来', list: '另加人员', team: '队伍',
    missing: '未签到', all: '全部', silent: '未响应', coming: '接受未到', person: '姓名', stage: '到哪一步', since: '时间', engaged: '出动中', byHand: '代签到', byOperator: '指挥员签到', away: (d: string) => `距集结点 ${d}`,
    standDown: '解除集结', standDownAsk: '所有已通知的人都会收到解除。', reason: '原因（必填）', reasons: '险情解除|任务取消|已完成集结', cancel: '返回', confirm: '确定解除', due: (t: string) => `还有 ${t}`, past: (t: string) => `已过 ${t}`, calledBy: '发起', at: '集结',
    notConfirmed: '未确认：没有收到服务器的答复，用同一编号自动重试，不会重复', stoodDownAt: '解除于', behind: '正在补齐…', remove: '移除',
    drill: '演练', drillMeans: '只召集所选人员的演练手机，不计入统计', sendDrill: '发出集结演练', leftOut: '未召集：', drillPhones: (n: number, of: number) => `演练手机 ${n} / ${of} 人`, totalDrill: (n: number) => `约 ${n} 部演练手机`,
  },
  {
    musters: 'Musters', open: 'Open', ended: 'Stood down', none: 'No muster now', choose: 'Choose a muster to see its roll call', loading: 'Reading…', failed: 'Could not be read', call: 'Call a muster', title: 'Call a muster', close: 'Close (Esc)',
    purpose: 'What for, and the risk (the people see this)', purposeHint: 'For example: watch on the dyke, bring rain gear, slippery', address: 'Assembly point', position: 'Coordinates', assembleAt: 'Time', inMinutes: (n) => (n < 60 ? `in ${n} min` : `in ${n / 60} h`), teams: 'Teams (with sub-teams, captain, liaison)', findTeam: 'Find a team by name', people: 'More people', findPerson: 'Name or number, Enter adds',
    members: (n) => `${n}`, total: (n) => `about ${n} people`, send: 'Call the muster', sending: 'Calling…', invitation: 'A muster is an invitation: nobody is obliged. It holds nobody: an incident may call the same people.',
    purposeMissing: 'Say what for and what risk', addressMissing: 'Write the assembly point', positionMissing: 'Type the coordinates', timeMissing: 'Choose the time', peopleMissing: 'Choose teams or people',
    called: 'Called', notified: 'Notified', delivered: 'Delivered', responded: 'Responded', accepted: 'Accepted', checkedIn: 'Checked in', declined: 'Cannot come', list: 'More people', team: 'Team',
    missing: 'Not checked in', all: 'Everybody', silent: 'Silent', coming: 'Accepted, not here', person: 'Name', stage: 'How far', since: 'Since', engaged: 'on an incident', byHand: 'Check in by hand', byOperator: 'by the operator', away: (d) => `${d} from the point`,
    standDown: 'Stand down', standDownAsk: 'Everybody who was notified will be told.', reason: 'Reason (required)', reasons: 'Danger over|Task cancelled|Assembled', cancel: 'Back', confirm: 'Stand down', due: (t) => `in ${t}`, past: (t) => `${t} ago`, calledBy: 'Called by', at: 'Assembly',
    notConfirmed: 'Not confirmed: no answer from the server; repeated under the same id, never doubled', stoodDownAt: 'Stood down at', behind: 'Catching up…', remove: 'Remove',
    drill: 'Drill', drillMeans: 'calls the drill phones of these people only, and counts nowhere', sendDrill: 'Call the drill', leftOut: 'Not called:', drillPhones: (n, of) => `drill phones: ${n} of ${of}`, totalDrill: (n) => `about ${n} drill phones`,
  },
);

export const stages = inBoth<Record<MusterStage, string>>(
  { listed: '待通知', notified: '已通知', delivered: '已送达', responded: '不能来', accepted: '接受', checkedIn: '已签到' },
  { listed: 'To be notified', notified: 'Notified', delivered: 'Delivered', responded: 'Cannot come', accepted: 'Accepted', checkedIn: 'Checked in' },
);

/** Why somebody of a team or of the list was not called. */
export const leftOutReasons = inBoth<Record<LeftOutReason, string>>(
  { notAdult: '未满 18 岁', otherRegion: '属地在别处', noDrillPhone: '没有演练手机' },
  { notAdult: 'under 18', otherRegion: 'of another home region', noDrillPhone: 'without a drill phone' },
);

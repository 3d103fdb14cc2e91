// The words of the product, one meaning each (docs/dictionary.md): used by console and phone alike.
import type { CalloutState, Datum, Duty, Grade, IncidentClass, IncidentState, ResponseLevel, Warning } from '../live/contract';
import { inBoth } from './lang';

export const calloutStates = inBoth<Record<CalloutState, string>>(
  {
    offered: '已召集', accepted: '已接受', declined: '已谢绝', expired: '未答复', recalled: '已撤回', standby: '候补',
    enRoute: '出动', onScene: '到场', released: '已撤离', turnedBack: '中返',
  },
  {
    offered: 'Called', accepted: 'Accepted', declined: 'Declined', expired: 'No answer', recalled: 'Recalled', standby: 'Standby',
    enRoute: 'En route', onScene: 'On scene', released: 'Released', turnedBack: 'Turned back',
  },
);
export const incidentStates = inBoth<Record<IncidentState, string>>(
  { open: '处置中', closed: '已结束', cancelled: '已取消' },
  { open: 'Open', closed: 'Closed', cancelled: 'Cancelled' },
);
export const incidentClasses = inBoth<Record<IncidentClass, string>>(
  { naturalDisaster: '自然灾害', accident: '事故灾难', publicHealth: '公共卫生', socialSecurity: '社会安全', service: '志愿服务' },
  { naturalDisaster: 'Natural disaster', accident: 'Accident', publicHealth: 'Public health', socialSecurity: 'Social security', service: 'Service' },
);
export const grades = inBoth<Record<Grade, string>>(
  { particularlyMajor: '特别重大', major: '重大', large: '较大', general: '一般' },
  { particularlyMajor: 'Particularly major', major: 'Major', large: 'Large', general: 'General' },
);
export const warnings = inBoth<Record<Warning, string>>(
  { red: '红色预警', orange: '橙色预警', yellow: '黄色预警', blue: '蓝色预警' },
  { red: 'Red warning', orange: 'Orange warning', yellow: 'Yellow warning', blue: 'Blue warning' },
);
export const responseLevels = inBoth<Record<ResponseLevel, string>>(
  { I: '一级响应', II: '二级响应', III: '三级响应', IV: '四级响应' },
  { I: 'Response level I', II: 'Response level II', III: 'Response level III', IV: 'Response level IV' },
);
export const duties = inBoth<Record<Duty, string>>(
  { on: '值守', off: '休息', byHours: '按时段' },
  { on: 'On duty', off: 'Off duty', byHours: 'By weekly hours' },
);
export const datums = inBoth<Record<Datum, string>>(
  { wgs84: 'WGS-84（GPS）', cgcs2000: 'CGCS2000（国家 2000）', gcj02: 'GCJ-02（高德、腾讯）', bd09: 'BD-09（百度）' },
  { wgs84: 'WGS-84 (GPS)', cgcs2000: 'CGCS2000 (national)', gcj02: 'GCJ-02 (Amap, Tencent)', bd09: 'BD-09 (Baidu)' },
);
const reasons = inBoth<Record<string, string>>(
  { atWork: '正在上班', ill: '身体不适', tooFar: '太远', other: '其他原因', filled: '人已到齐', leftToOther: '留给另一起缺人的警情', recalled: '指挥员撤回', closed: '警情已结束', cancelled: '警情已取消' },
  { atWork: 'At work', ill: 'Unwell', tooFar: 'Too far', other: 'Other reason', filled: 'Enough people', leftToOther: 'Left to another incident that has nobody', recalled: 'Recalled by the operator', closed: 'Incident closed', cancelled: 'Incident cancelled' },
);
/** A known reason in words; free text as it was written. */
export const reasonOf = (reason: string | null | undefined): string => (reason ? (reasons()[reason] ?? reason) : '');

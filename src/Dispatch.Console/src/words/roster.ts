import { inBoth } from './lang';

export const rosterWords = inBoth(
  {
    volunteers: '志愿者', teams: '队伍', importVolunteers: '导入志愿者', importTeams: '导入队伍', importRegions: '导入辖区边界', sections: '名册分页',
    search: '按姓名或编号查找', total: (n: number) => `共 ${n} 人`, page: (a: number, b: number) => `第 ${a} / ${b} 页`, previous: '上一页', next: '下一页', none: '没有符合条件的志愿者', loading: '正在读取…', failed: '读取失败',
    id: '编号', name: '姓名', home: '属地', qualifications: '专长', fitness: '体能', assessment: '考核', insured: '保险至', duty: '值守', now: '此刻', phone: '手机', number: '手机号', noNumber: '未登记', expired: '已过期', notInsured: '无',
    fit: '合格', limited: '受限', unfit: '不合格', passed: '通过', pending: '待考核', failedAssessment: '未通过', callable: '可召', notCallable: '不可召', engaged: '任务中', activated: '已激活', notActivated: '未激活', connected: '在线',
    drillPhone: '演练手机', drillCodeFor: (n: string) => `${n} 的演练手机激活码`, drillCodeAsk: (n: string) => `为 ${n} 的演练手机生成激活码？演练手机只收演练，收不到真实召集。`,
    code: '激活码', codeFor: (n: string) => `${n} 的激活码`, codeOnce: '只显示这一次。请当面告知本人，在手机页面输入。', expires: (t: string) => `${t} 前有效`, copy: '复制', copied: '已复制', close: '关闭', codeAsk: (n: string) => `为 ${n} 生成新的激活码？`, codeAskAgain: '该手机已激活。新的激活码会让另一台手机接入。', make: '生成',
    kind: '类别', captain: '队长', liaison: '联络员', members: '人数', noTeams: '没有队伍', teamName: '名称', findTeam: '按名称、编号、属地、队长或联络员查找', totalTeams: (n: number) => `共 ${n} 支`, noTeamFound: '没有符合条件的队伍',
    template: '下载模板', chooseRoster: '选择 .xlsx 或 .csv 文件（UTF-8 或 GBK）', chooseRegions: '选择 GeoJSON 文件', datum: '坐标系（必选）', chooseDatum: '请选择文件的坐标系', boundaryKind: '边界性质', official: '官方边界', schematic: '示意图',
    checking: '正在检查，尚未写入…', importing: '正在导入…', dryRun: '检查结果（尚未写入）', imported: '已导入', lines: '行', toInsert: '新增', toUpdate: '更新', unchanged: '不变', faults: (n: number) => `${n} 处错误：改正文件后重新选择，什么都没有写入`, warningsFound: (n: number) => `${n} 处提醒`,
    line: '行', column: '列', value: '值', fault: '错误', feature: '要素', field: '字段', preview: '预览（前 20 行）', doImport: (n: number) => `导入 ${n} 条`, nothing: '没有变化，无需导入', another: '选择另一个文件', unknownOutcome: '没有收到服务器的确认。再次导入同一文件是安全的：按编号识别，不会重复。',
  },
  {
    volunteers: 'Volunteers', teams: 'Teams', importVolunteers: 'Import volunteers', importTeams: 'Import teams', importRegions: 'Import boundaries', sections: 'Roster sections',
    search: 'Find by name or number', total: (n) => `${n} in all`, page: (a, b) => `Page ${a} of ${b}`, previous: 'Previous', next: 'Next', none: 'No volunteer matches', loading: 'Reading…', failed: 'Could not be read',
    id: 'Number', name: 'Name', home: 'Home region', qualifications: 'Qualifications', fitness: 'Fitness', assessment: 'Assessment', insured: 'Insured until', duty: 'Duty', now: 'Now', phone: 'Phone', number: 'Telephone', noNumber: 'none', expired: 'expired', notInsured: 'none',
    fit: 'Fit', limited: 'Limited', unfit: 'Unfit', passed: 'Passed', pending: 'Pending', failedAssessment: 'Failed', callable: 'Callable', notCallable: 'Not callable', engaged: 'Engaged', activated: 'Activated', notActivated: 'Not activated', connected: 'Connected',
    drillPhone: 'Drill phone', drillCodeFor: (n) => `Drill phone code of ${n}`, drillCodeAsk: (n) => `Make a code for a drill phone of ${n}? It hears drills only, never a real call-out.`,
    code: 'Activation code', codeFor: (n) => `Activation code of ${n}`, codeOnce: 'Shown this once. Tell the person face to face; it is typed on the phone page.', expires: (t) => `Valid until ${t}`, copy: 'Copy', copied: 'Copied', close: 'Close', codeAsk: (n) => `Make a new activation code for ${n}?`, codeAskAgain: 'This phone is activated already. A new code lets another phone in.', make: 'Make',
    kind: 'Kind', captain: 'Captain', liaison: 'Liaison', members: 'Members', noTeams: 'No teams', teamName: 'Name', findTeam: 'Find by name, number, region, captain or liaison', totalTeams: (n) => `${n} in all`, noTeamFound: 'No team matches',
    template: 'Get the template', chooseRoster: 'Choose an .xlsx or .csv file (UTF-8 or GBK)', chooseRegions: 'Choose a GeoJSON file', datum: 'Datum (required)', chooseDatum: 'Say which datum the file is in', boundaryKind: 'Kind of boundary', official: 'Official boundary', schematic: 'Schematic',
    checking: 'Checking, nothing is written yet…', importing: 'Importing…', dryRun: 'Result of the check (nothing written yet)', imported: 'Imported', lines: 'lines', toInsert: 'new', toUpdate: 'changed', unchanged: 'unchanged', faults: (n) => `${n} faults: correct the file and choose it again; nothing was written`, warningsFound: (n) => `${n} warnings`,
    line: 'Line', column: 'Column', value: 'Value', fault: 'Fault', feature: 'Feature', field: 'Field', preview: 'Preview (first 20)', doImport: (n) => `Import ${n}`, nothing: 'Nothing changes: no need to import', another: 'Choose another file', unknownOutcome: 'The server has not confirmed. Importing the same file again is safe: lines are known by their number and never doubled.',
  },
);

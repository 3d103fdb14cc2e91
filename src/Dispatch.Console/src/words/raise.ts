// Words of the form that raises an incident, and of the keys.
import { inBoth } from './lang';

export const raiseWords = inBoth(
  {
    raise: '上报警情', send: '上报并召集', sending: '正在上报…', category: '类别', findCategory: '输入名称或拼音首字母', chooseCategory: '选择类别',
    place: '位置', coordinates: '经度, 纬度', coordinatesHint: '点击地图，或输入“114.0412, 22.5523”', datum: '坐标系', swapped: '已按“纬度, 经度”读取', wgs: 'WGS-84',
    address: '地址', addressHint: '门牌、楼栋、参照物', useCentre: (n: string) => `用“${n}”的中心作位置（约）`, asking: '正在查询辖区…', whereFailed: '暂时查不到辖区，上报时再核对',
    outside: (n: string, d: string) => `在所有辖区之外；最近的是${n}，相距 ${d}`, grade: '分级', warning: '预警', responseLevel: '应急响应', none: '无',
    noScales: '社会安全事件没有分级和预警', risk: '风险提示（志愿者会看到）', needs: '需求', qualification: '专长', count: '人数', addNeed: '增加需求', removeNeed: '删除', total: (n: number) => `共需 ${n} 人`,
    categoryMissing: '请选择类别', placeMissing: '请在地图上点选或输入坐标', placeUnreadable: '坐标读不懂：应为“经度, 纬度”', placeOutOfRange: '坐标超出范围', addressMissing: '请填写地址', riskMissing: '必须写明风险', needsMissing: '至少一项需求', needsTwice: '同一专长只能出现一次', needsCount: '人数应为 1 至 500',
    leaveUnconfirmed: '可以先去做别的：结果出来后会显示在警情列表里。', close: '关闭（Esc）', keysTitle: '快捷键', more: '更多',
    aim: '点地图', aimPlace: '主要位置', aimAlso: '增加一处', aimArea: '画范围', alsoAt: '还涉及', alsoHint: '在地图上逐处点击，或用键盘输入坐标', alsoNumber: (n: number) => `第 ${n} 处`, addPlace: '输入一处', outsideAll: '不在任何辖区内',
    area: '范围', areaPlaceholder: '每行一个角：经度, 纬度', areaHint: (n: number) => (n === 0 ? '在地图上依次点各个角，或每行输入一个；至少 3 个' : `${n} 个角${n < 3 ? '，至少 3 个' : ''}`), takeBack: '撤销一个', clearArea: '清除', cornersMissing: '范围至少要 3 个角', cornerUnreadable: (n: number) => `第 ${n} 行读不懂：应为“经度, 纬度”`,
    leads: (r: string) => `由共同上级${r}指挥。`, touches: (names: string) => `涉及${names}，各区值班席都能看到。`, youOnlySee: '上报后本席只能查看。', aimHint: { place: '点击地图：主要位置', also: '点击地图：再增加一处（退格键撤销）', area: '点击地图：依次点范围的各个角（退格键撤销）' } as Record<string, string>,
    drill: '演练', drillMeans: '只召集演练手机，不计入统计', sendDrill: '上报演练',
    plan: (within: string, radius: string) => `答复时限 ${within}，半径 ${radius}`,
  },
  {
    raise: 'Raise incident', send: 'Raise and call out', sending: 'Raising…', category: 'Category', findCategory: 'Type a name', chooseCategory: 'Choose a category',
    place: 'Place', coordinates: 'Longitude, latitude', coordinatesHint: 'Click the map, or type “114.0412, 22.5523”', datum: 'Datum', swapped: 'Read as “latitude, longitude”', wgs: 'WGS-84',
    address: 'Address', addressHint: 'Door, building, landmark', useCentre: (n) => `Use the centre of ${n} (approximate)`, asking: 'Looking up the region…', whereFailed: 'The region cannot be looked up now; it is checked when raised',
    outside: (n, d) => `Outside every region; the nearest is ${n}, ${d} away`, grade: 'Grade', warning: 'Warning', responseLevel: 'Response level', none: 'none',
    noScales: 'Social security incidents have no grade and no warning', risk: 'Risk (volunteers see this)', needs: 'Needs', qualification: 'Qualification', count: 'People', addNeed: 'Add a need', removeNeed: 'Remove', total: (n) => `${n} people in all`,
    categoryMissing: 'Choose a category', placeMissing: 'Click the map or type coordinates', placeUnreadable: 'Not readable: write “longitude, latitude”', placeOutOfRange: 'Coordinates out of range', addressMissing: 'Write the address', riskMissing: 'The risk must be stated', needsMissing: 'At least one need', needsTwice: 'Each qualification once only', needsCount: 'People: 1 to 500',
    leaveUnconfirmed: 'You may go on with something else: the result will show in the list.', close: 'Close (Esc)', keysTitle: 'Keys', more: 'More',
    aim: 'A click places', aimPlace: 'the place', aimAlso: 'one more', aimArea: 'an area', alsoAt: 'Also at', alsoHint: 'Click one place after another on the map, or type coordinates', alsoNumber: (n) => `Place ${n}`, addPlace: 'Type a place', outsideAll: 'Outside every region',
    area: 'Area', areaPlaceholder: 'One corner a line: longitude, latitude', areaHint: (n) => (n === 0 ? 'Click the corners in turn on the map, or type one a line; at least 3' : `${n} ${n === 1 ? 'corner' : 'corners'}${n < 3 ? ', at least 3' : ''}`), takeBack: 'Take one back', clearArea: 'Clear', cornersMissing: 'An area has at least 3 corners', cornerUnreadable: (n) => `Line ${n} is not readable: write “longitude, latitude”`,
    leads: (r) => `Led by the common superior, ${r}.`, touches: (names) => `Reaches into ${names}; each of their desks sees it.`, youOnlySee: 'This desk will only look on.', aimHint: { place: 'Click the map: the place', also: 'Click the map: one more place (Backspace takes it back)', area: 'Click the map: the corners in turn (Backspace takes one back)' },
    drill: 'Drill', drillMeans: 'reaches drill phones only, and counts nowhere', sendDrill: 'Raise a drill',
    plan: (within, radius) => `Answer within ${within}, radius ${radius}`,
  },
);

/** First letters as typed on a Latin keyboard: no input method needed at three in the morning. */
export const pinyin: Record<string, string> = {
  cardiacArrest: 'xzzt', fire: 'hz', flood: 'hl', buildingCollapse: 'jztt', mountainRescue: 'sdjy', drowning: 'ns', trafficAccident: 'jtsg', hazardousChemicals: 'wxhxp',
  typhoon: 'tf', earthquake: 'dz', landslide: 'hpnsl', missingPerson: 'ryzs', epidemic: 'crbyq', foodPoisoning: 'swzd', publicOrder: 'qtjjyzx', psychologicalSupport: 'xlyz',
  disputeMediation: 'mdjftj', legalAid: 'flyz', convenienceService: 'bmfw', redLectureEvent: 'hsxj',
};

export const keyWords = inBoth(
  {
    j: '下一件警情', k: '上一件警情', n: '上报警情', slash: '搜索', e: '扩大召集', h: '请求增援', r: '撤回召集', c: '结束警情', x: '取消警情', one: '召集 / 批次 / 说明 / 记录', a: '确认警报', m: '地图', z: '地图定位到此警情', g: '指挥 / 名册', u: '集结', d: '增援席', p: '模式与策略', s: '系统状态', t: '深色 / 浅色', l: '中文 / English', help: '本页', esc: '关闭、返回',
  },
  {
    j: 'Next incident', k: 'Previous incident', n: 'Raise an incident', slash: 'Search', e: 'Widen the call', h: 'Ask the neighbours for aid', r: 'Recall offers', c: 'Close the incident', x: 'Cancel the incident', one: 'Call-outs / waves / why / record', a: 'Acknowledge the alarm', m: 'Map', z: 'Go to this incident on the map', g: 'Command / roster', u: 'Musters', d: 'Mutual-aid desk', p: 'Modes and policies', s: 'System health', t: 'Dark / light', l: '中文 / English', help: 'This page', esc: 'Close, back',
  },
);

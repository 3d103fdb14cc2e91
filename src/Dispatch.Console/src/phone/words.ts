// Every word of the phone page in both languages. Short sentences, no jargon: the reader may be 76, in the rain, at night.
import { inBoth, lang } from '../words/lang';
import { distanceParts } from './place';

export const w = inBoth(
  {
    title: '志愿者召集', otherLanguage: 'English', back: '返回', close: '知道了', cancel: '返回', loading: '正在打开…',
    // signing in
    activateTitle: '激活这部手机', activateHow: '请输入服务站给您的 8 位激活码。激活码只能用一次。', code: '激活码', activate: '激活', activating: '正在激活…',
    codeShort: (n: number) => `激活码是 8 位，您输入了 ${n} 位。`,
    codeWrong: '这个激活码不对，或者已经用过、已经过期。请核对；仍不行，请向服务站要一个新的激活码。',
    tooMany: '试的次数太多了。请等几分钟再试。', noAnswer: '没有连上服务器，手机还没有激活。请检查网络后再按一次。',
    ended: '这部手机的登录已失效，请向服务站要一个新的激活码。',
    // freshness
    live: '已连接', catchingUp: '正在更新…', slow: (time: string) => `网络慢 · ${time}`, noneSince: (time: string) => `${time} 起没有连接`, never: '没有连接',
    noneMeans: '现在收不到新的召集。恢复网络后会自动连上。',
    // duty
    duty: '值班', on: '值班', off: '休息', byHours: '按时段',
    onMeans: '现在可能收到召集', offMeans: '现在不会收到召集', hoursOnMeans: '现在是您的值班时段，可能收到召集', hoursOffMeans: '现在不在您的值班时段，不会收到召集',
    hoursNone: '您还没有选值班时段，请到“值班时段”里选', hours: '值班时段', hoursHow: '点一下选上，再点一下取消。选“按时段”值班时才用。', night: '夜里', morning: '上午', afternoon: '下午', evening: '晚上', partly: '部分', weekdays: (n: number) => `周${'日一二三四五六'[n % 7]}`,
    means: '怎么去现场', meansHow: '只用来估算您要走多久，好决定请谁、请几个人。随时可以改。', meansOf: { foot: '步行', bicycle: '骑自行车', car: '开车', undeclared: '不说明' } as Readonly<Record<'foot' | 'bicycle' | 'car' | 'undeclared', string>>,
    sending: '正在发送…', retrying: '未确认，正在重试', confirmed: (time: string) => `已确认 ${time}`, tryNow: '现在重试', unconfirmed: '未确认',
    notGotThrough: '指挥中心还不知道您的答复。请走到信号好的地方。',
    // the card
    callout: '召集', needed: '需要', risk: '风险', away: (text: string) => `距您 ${text}`, here: '就在附近', reason: '原因', seconds: '秒', timeLeft: '剩余时间',
    timeUpNote: '答复时间已过。您仍可答复，可能作为候补。', invitation: '这是邀请，无法前往没有任何影响。',
    accept: '接受', decline: '无法前往', enRoute: '已出发', onScene: '已到达', released: '已撤离', turnedBack: '中途返回', leaveStandby: '退出候补', lateYes: '我现在能去', offerSelf: '我仍愿前往（自荐）', offerSelfTold: '已告知指挥员。未收到召集前，请勿自行出动。',
    why: '为什么召集我', openMap: '打开地图', copyAddress: '复制地址', copied: '已复制', hazardous: '有危险', directions: ['北', '东北', '东', '东南', '南', '西南', '西', '西北'] as readonly string[],
    fromFix: '按您最近的位置', fromAddress: '按您登记的住址', north: '北', home: '首页', toTask: '回到任务',
    reasonTitle: '为什么无法前往？', reasonNote: '只用来安排别人，不影响您。', backTitle: '为什么返回？', backNote: '指挥中心会马上请别人接替。',
    releaseTitle: '任务完成，已经撤离？', releaseYes: '是，已撤离', leaveTitle: '退出候补？', leaveNote: '没有任何影响。', leaveYes: '是，退出候补',
    atWork: '在上班', ill: '身体不适', tooFar: '太远', other: '其他', roadBlocked: '道路不通', vehicle: '车辆故障', family: '家中有事',
    stateAccepted: '已接受', stateEnRoute: '已出发', stateOnScene: '已到达', doAccepted: '请出发，出发后按下面的按钮。', doEnRoute: '到达现场后，按下面的按钮。', doOnScene: '听从现场指挥，撤离后按下面按钮。',
    stateCalledUp: '轮到您了', doCalledUp: '有人不能来，现在需要您。请出发。',
    doInStead: '名额已满，但有人可能晚到。您答应后先作候补，等通知再出发。', acceptStandby: '愿意候补', doPlaceOpened: '有名额空出来了：现在接受，就请出发。', standsByForHim: '名额已满，但有人可能晚到：替他答应也是先作候补，请他等通知再出发。', nowForHim: (state: string) => `他这次召集现在是“${state}”，不用再代他答复。`, overForHim: '警情已结束，不用再代他答复。', stateStandby: '候补', doStandby: '名额已满，您作为候补。请先不要前往；需要您时手机会再响。',
    stateRecalled: '不再需要', doRecalled: '人已到齐或警情有变。请不要前往。谢谢您！', doCancelled: '警情已取消。请不要前往。谢谢您！',
    stateExpired: '时间已过', doExpired: '没有收到您的答复，已请别人。没有任何影响。', stateReleased: '任务结束', doReleased: '辛苦了，谢谢您！注意返程安全。',
    stateDeclined: '已记下', doDeclined: '您无法前往。没有任何影响，谢谢您告知。', stateTurnedBack: '已记下', doTurnedBack: '您中途返回。请注意安全，谢谢您！',
    drillCard: '演练 · 这是演练，请不要真的前往', drillPhone: '这是演练手机：只收演练，收不到真实召集', drillMuster: '演练 · 这是演练，不是真的集结',
    // captains and liaisons
    team: '我的队伍', teamQuiet: '队员现在没有召集', forHim: '代答复', saidNotHis: '本人已否认', reachedHim: '已送达', notReachedHim: '未送达', answerForHim: '代他答复', forHimNote: '请先与本人联系。记录会永远写明是您代答复的，他可以否认。', hisAnswer: '他的答复', heComes: '他能去', heDoesNot: '他不能去', howHeard: '怎么得知', whyForHim: '他为什么不能自己按（必填）', sendForHim: '代为答复',
    liaisonTask: '联络任务', taskSays: (names: string) => `没有应答：${names}。请打电话联系。`, taskLeft: (left: string) => `还有 ${left}`, taskEscalated: (station: string) => `已转 ${station}，您仍可答复`,
    answeredForYou: (captain: string, how: string, yes: boolean) => `队长 ${captain} 说您${yes ? '能去' : '不能去'}（${how}）。`, notMine: '这不是我的答复', notMineAsk: '告诉指挥中心，这不是您的答复？', notMineYes: '是，我没有这样说', notMineNoteYes: '名额会让给别人，没有任何影响。', notMineNoteNo: '您会列为候补，需要时马上请您。', repudiated: '您已说明：这不是您的答复。',
    // musters
    muster: '集结', musterNot: '不是抢险召集', musterInvites: (name: string) => `${name}请您参加集结。这是邀请，不能来没有任何影响。`, assembleAt: '集结时间', assemblePlace: '集结地点', musterFor: '事由与风险', asTeam: '队伍', sinceDue: (n: string) => `已过 ${n}`, untilDue: (n: string) => `还有 ${n}`,
    musterYes: '能来', musterNo: '不能来', musterYesAfterAll: '我又能来了', checkIn: '签到：我到了', musterNoMore: '来不了了', musterAccepted: '已答应', musterCheckedIn: '已签到', musterDeclined: '不能来', musterStoodDown: '集结已解除',
    doMusterAccepted: '请按时到集结地点，到了按“签到”。', doMusterCheckedIn: '已到。请听从现场安排。', doMusterDeclined: '已记下，没有任何影响。', doMusterStoodDown: '不用再来了。已在路上的请返回，谢谢您！', musterNoTitle: '为什么不能来？', notifyMustered: '集结', notifyMusterOver: '集结已解除',
    changed: '情况已经变化，请看现在的状态。', refused: (why: string) => `没有办成：${why}`,
    // pages
    position: '我的位置', consents: '我的同意', papers: '证书和保险', recent: '最近的召集', ring: '响铃', account: '退出这部手机',
    positionNone: '还没有位置', fix: (age: string, metres: string) => `${age} · 误差约 ${metres}`, locateNow: '用手机定位', locating: '正在定位…', located: '位置已更新',
    locateDenied: '手机不允许这个网页定位。请在手机设置里允许，或在下面输入。', locateFailed: '没有定到位。请到开阔处再试，或在下面输入。', locateUnconfirmed: '位置还没有送到服务器，会自动再送。',
    locateWhen: '值班时，这个网页开着才会更新位置；休息时不发送。', needConsent: '要先同意“使用我的位置”。', agreeNow: '同意使用我的位置',
    typed: '手工输入', longitude: '经度', latitude: '纬度', datum: '坐标来自', chooseDatum: '请选择', datumGps: 'GPS 设备（WGS-84）', datumNational: '国家 2000（CGCS2000）', datumAmap: '高德、腾讯地图（GCJ-02）', datumBaidu: '百度地图（BD-09）',
    datumWhy: '不同地图的坐标相差约 500 米，所以要选来源。', typedHolds: '手工位置保留 30 分钟。', save: '保存位置', placeEmpty: '请输入经度和纬度。', placeNotANumber: '只能输入数字，例如 114.0579 和 22.5431。', placeSwapped: '经度和纬度写反了。经度在前，例如 114.0579。', placeOutOfRange: '这个位置不存在，请核对。', placeDatum: '请选择坐标来自哪里。',
    consentLocation: '使用我的位置', consentLocationMeans: '值班时按您手机的位置找最近的人。不同意就按登记住址，或者不会被召集。', consentAddress: '使用登记住址', consentAddressMeans: '没有手机位置时，按您在服务站登记的住址估算距离。',
    consentRegion: '跨区域支援', consentRegionMeans: '邻区需要时，可以把您的姓名和电话给邻区指挥中心。', withdraw: '随时可以收回，收回后马上生效。', agreed: '已同意', notAgreed: '未同意',
    certificates: '证书', insurance: '保险', validUntil: (date: string) => `有效期到 ${date}`, expired: '已过期', noEnd: '长期有效', expiresSoon: '快到期', valid: '有效', noCertificates: '没有登记证书', noInsurance: '没有有效保险，不会被召集到有危险的任务', papersHow: '有错误请与服务站联系。',
    recentNone: '最近 24 小时没有召集', whyTitle: '为什么召集我', whyHow: '系统在证书有效、正在值班的人里，先请离现场最近的。您的情况：', whyNone: '现在查不到，请稍后再试。',
    ringHow: '召集来时会响铃、振动。请保持这个页面打开，音量调大。', ringTest: '试一试响铃', ringTouch: '点一下这里，召集时才会响铃', notify: '允许锁屏通知', notifyOn: '锁屏通知已打开', notifyDenied: '手机不允许通知，请在手机设置里打开。', notifyNone: '这个浏览器没有通知功能。',
    signOutHow: '退出后这部手机不会再收到召集。再次使用要一个新的激活码。', signOutOpen: '您有未结束的召集，或有答复还没有确认，请稍后再退出。', signOut: '退出', signOutYes: '是，退出',
    justNow: '刚刚', secondsAgo: (n: number) => `${n} 秒前`, minutesAgo: (n: number) => `${n} 分钟前`, hoursAgo: (n: number) => `${n} 小时前`, daysAgo: (n: number) => `${n} 天前`,
    pushHow: '关闭网页后，推送也能叫醒手机（不是每部手机都支持；收不到时会发短信）。', pushOnButton: '打开推送', pushOn: '推送已打开', pushFailed: '推送没有打开。不影响召集：收不到时会发短信。', pushNone: '这部手机没有推送。收不到时会发短信。',
    testTitle: '通联测试，不是召集', testBody: '指挥中心正在核对能否联系到您。请不要前往任何地方。', testReceived: '收到',
    notifyOffered: '召集', notifyCalledUp: '轮到您了', notifyStopped: '不再需要', notifyOpen: '请打开看详情',
  },
  {
    title: 'Volunteer call-out', otherLanguage: '中文', back: 'Back', close: 'OK', cancel: 'Back', loading: 'Opening…',
    activateTitle: 'Activate this phone', activateHow: 'Enter the 8-character code from your service station. It works once.', code: 'Code', activate: 'Activate', activating: 'Activating…',
    codeShort: (n: number) => `The code has 8 characters; you entered ${n}.`,
    codeWrong: 'This code is wrong, already used or too old. Check it; if it still fails, ask your station for a new one.',
    tooMany: 'Too many tries. Wait a few minutes and try again.', noAnswer: 'The server did not answer; this phone is not activated yet. Check the network and press again.',
    ended: 'This phone is signed out. Ask your station for a new code.',
    live: 'Connected', catchingUp: 'Updating…', slow: (time: string) => `Slow · ${time}`, noneSince: (time: string) => `Offline since ${time}`, never: 'No connection',
    noneMeans: 'New call-outs cannot reach you now. It reconnects by itself.',
    duty: 'Duty', on: 'On duty', off: 'Off duty', byHours: 'My hours',
    onMeans: 'You may be called now', offMeans: 'You will not be called now', hoursOnMeans: 'It is within your hours: you may be called', hoursOffMeans: 'It is outside your hours: you will not be called',
    hoursNone: 'No hours chosen yet: see “Hours of the week”', hours: 'Hours of the week', hoursHow: 'Tap to choose, tap again to clear. Used while duty is “My hours”.', night: 'Night', morning: 'Morn.', afternoon: 'Aft.', evening: 'Eve.', partly: 'part', weekdays: (n: number) => ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][n % 7]!,
    means: 'How I come', meansHow: 'Only used to reckon how long you need, and so whom and how many to ask. Change it at any time.', meansOf: { foot: 'On foot', bicycle: 'By bicycle', car: 'By car', undeclared: 'Not said' },
    sending: 'Sending…', retrying: 'Not confirmed, trying again', confirmed: (time: string) => `Confirmed ${time}`, tryNow: 'Try now', unconfirmed: 'not confirmed',
    notGotThrough: 'The command centre does not know your answer yet. Move to where the signal is better.',
    callout: 'Call-out', needed: 'Needed:', risk: 'Risk', away: (text: string) => text, here: 'Close by', reason: 'Reason', seconds: 's', timeLeft: 'Time left',
    timeUpNote: 'The time to answer is over. You can still answer; you may become a standby.', invitation: 'You may say no; it costs nothing.',
    accept: 'Accept', decline: 'Cannot come', enRoute: 'I have set off', onScene: 'I have arrived', released: 'I have left', turnedBack: 'Turn back', leaveStandby: 'Leave standby', lateYes: 'I can come now', offerSelf: 'I would still come', offerSelfTold: 'The operator has been told. Do not set off before you are called.',
    why: 'Why me', openMap: 'Open map', copyAddress: 'Copy address', copied: 'Copied', hazardous: 'Hazardous', directions: ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'],
    fromFix: 'from your last position', fromAddress: 'from your registered address', north: 'N', home: 'Home', toTask: 'Back to the task',
    reasonTitle: 'Why can you not come?', reasonNote: 'Only used to ask others; no effect on you.', backTitle: 'Why do you turn back?', backNote: 'Somebody else will be asked at once.',
    releaseTitle: 'Finished, and you have left?', releaseYes: 'Yes, I have left', leaveTitle: 'Leave standby?', leaveNote: 'It costs you nothing.', leaveYes: 'Yes, leave standby',
    atWork: 'At work', ill: 'Unwell', tooFar: 'Too far', other: 'Other', roadBlocked: 'Road blocked', vehicle: 'Vehicle trouble', family: 'Family matter',
    stateAccepted: 'Accepted', stateEnRoute: 'On the way', stateOnScene: 'On scene', doAccepted: 'Set off, then press the button.', doEnRoute: 'Press the button when you arrive.', doOnScene: 'Follow the officer on scene.',
    stateCalledUp: 'Your turn', doCalledUp: 'Somebody cannot come: you are needed now. Please set off.',
    doInStead: 'All places are taken, but somebody may come late. If you say yes you are on standby: wait until you are called up.', acceptStandby: 'Stand by', doPlaceOpened: 'A place has opened: if you say yes now, please set out.', standsByForHim: 'All places are taken, but somebody may come late: a yes for him is standby too. Tell him to wait until he is called up.', nowForHim: (state) => `His call-out is now: ${state}. There is nothing left to answer for him.`, overForHim: 'The incident is over. There is nothing left to answer for him.', stateStandby: 'Standby', doStandby: 'All places are taken; you are on standby. Please do not go yet. The phone rings if you are needed.',
    stateRecalled: 'No longer needed', doRecalled: 'Enough people, or things have changed. Please do not go. Thank you!', doCancelled: 'The incident was cancelled. Please do not go. Thank you!',
    stateExpired: 'Time is over', doExpired: 'No answer reached us, so others were asked. It costs you nothing.', stateReleased: 'Task ended', doReleased: 'Thank you! Have a safe way home.',
    stateDeclined: 'Noted', doDeclined: 'You cannot come. It costs you nothing. Thank you for telling us.', stateTurnedBack: 'Noted', doTurnedBack: 'You turned back. Stay safe, and thank you!',
    drillCard: 'DRILL · This is a drill. Please do not really go.', drillPhone: 'This is a drill phone: it hears drills only, never a real call-out.', drillMuster: 'DRILL · This is a drill, not a real muster.',
    team: 'My team', teamQuiet: 'No member is called now', forHim: 'answered on behalf', saidNotHis: 'repudiated', reachedHim: 'delivered', notReachedHim: 'not delivered', answerForHim: 'Answer for him', forHimNote: 'Speak to him first. The record will say for ever that you answered, and he can repudiate it.', hisAnswer: 'His answer', heComes: 'He comes', heDoesNot: 'He cannot', howHeard: 'How you heard', whyForHim: 'Why he cannot press himself (required)', sendForHim: 'Answer for him',
    liaisonTask: 'Liaison task', taskSays: (names: string) => `No answer: ${names}. Please telephone them.`, taskLeft: (left: string) => `${left} left`, taskEscalated: (station: string) => `Now with ${station}; you can still answer`,
    answeredForYou: (captain: string, how: string, yes: boolean) => `Captain ${captain} says that you ${yes ? 'come' : 'cannot come'} (${how}).`, notMine: 'This is not my answer', notMineAsk: 'Tell the command centre that this is not your answer?', notMineYes: 'Yes, I did not say so', notMineNoteYes: 'Somebody else is asked; it costs you nothing.', notMineNoteNo: 'You become a standby and are called up when needed.', repudiated: 'You have said that this was not your answer.',
    muster: 'Muster', musterNot: 'Not an incident', musterInvites: (name: string) => `${name} asks you to assemble. You may say no; it costs nothing.`, assembleAt: 'Assemble at', assemblePlace: 'Place', musterFor: 'What for, and the risk', asTeam: 'Team', sinceDue: (n: string) => `${n} ago`, untilDue: (n: string) => `in ${n}`,
    musterYes: 'I am coming', musterNo: 'Cannot come', musterYesAfterAll: 'I can come after all', checkIn: 'Check in: I am here', musterNoMore: 'I cannot come after all', musterAccepted: 'Coming', musterCheckedIn: 'Checked in', musterDeclined: 'Not coming', musterStoodDown: 'Muster stood down',
    doMusterAccepted: 'Be there in time, then press “Check in”.', doMusterCheckedIn: 'You are there. Follow the officer on site.', doMusterDeclined: 'Noted. It costs you nothing.', doMusterStoodDown: 'No need to come any more. If you are on the way, please go back. Thank you!', musterNoTitle: 'Why can you not come?', notifyMustered: 'Muster', notifyMusterOver: 'Muster stood down',
    changed: 'Things have changed. This is the state now.', refused: (why: string) => `Not done: ${why}`,
    position: 'My position', consents: 'My consents', papers: 'Certificates and insurance', recent: 'Recent call-outs', ring: 'Ringing', account: 'Sign out of this phone',
    positionNone: 'No position yet', fix: (age: string, metres: string) => `${age} · ± ${metres}`, locateNow: 'Use this phone', locating: 'Locating…', located: 'Position updated',
    locateDenied: 'The phone does not let this page locate you. Allow it in the settings, or type it below.', locateFailed: 'No fix. Try in the open, or type it below.', locateUnconfirmed: 'The position has not reached the server yet; it will be sent again.',
    locateWhen: 'Updated while you are on duty and this page is open; never off duty.', needConsent: 'First agree to “Use my position”.', agreeNow: 'Agree to use my position',
    typed: 'Type it', longitude: 'Longitude', latitude: 'Latitude', datum: 'Taken from', chooseDatum: 'Choose', datumGps: 'GPS device (WGS-84)', datumNational: 'National 2000 (CGCS2000)', datumAmap: 'Amap, Tencent (GCJ-02)', datumBaidu: 'Baidu (BD-09)',
    datumWhy: 'Maps differ by about 500 metres, so the source matters.', typedHolds: ' A typed place holds for 30 minutes.', save: 'Save position', placeEmpty: 'Enter longitude and latitude.', placeNotANumber: 'Numbers only, like 114.0579 and 22.5431.', placeSwapped: 'Longitude and latitude are swapped. Longitude first, like 114.0579.', placeOutOfRange: 'There is no such place; please check.', placeDatum: 'Choose where the numbers come from.',
    consentLocation: 'Use my position', consentLocationMeans: 'On duty, the nearest are found by the phone’s position. Without it your registered address counts, or you are not called.', consentAddress: 'Use my registered address', consentAddressMeans: 'Without a phone position, distance is estimated from the address your station has.',
    consentRegion: 'Help other regions', consentRegionMeans: 'When a neighbour needs help, its command centre may get your name and number.', withdraw: 'You can take it back at any time, with effect at once.', agreed: 'Agreed', notAgreed: 'Not agreed',
    certificates: 'Certificates', insurance: 'Insurance', validUntil: (date: string) => `valid until ${date}`, expired: 'Expired', noEnd: 'no end date', expiresSoon: 'Ends soon', valid: 'Valid', noCertificates: 'No certificates registered', noInsurance: 'No valid insurance: you are not called to hazardous tasks', papersHow: 'Ask your station to correct mistakes.',
    recentNone: 'No call-outs in the last 24 hours', whyTitle: 'Why me', whyHow: 'Of those on duty with a valid certificate, the nearest are asked first. Your line:', whyNone: 'Not available now; try again later.',
    ringHow: 'A call-out rings and vibrates. Keep this page open and the volume up.', ringTest: 'Try the ring', ringTouch: 'Tap here so that call-outs can ring', notify: 'Allow lock-screen notices', notifyOn: 'Lock-screen notices are on', notifyDenied: 'The phone blocks notices. Allow them in its settings.', notifyNone: 'This browser has no notices.',
    signOutHow: 'This phone will receive no more call-outs. To use it again you need a new code.', signOutOpen: 'You have an open call-out, or an answer that is not confirmed yet. Sign out later.', signOut: 'Sign out', signOutYes: 'Yes, sign out',
    justNow: 'just now', secondsAgo: (n: number) => `${n} s ago`, minutesAgo: (n: number) => `${n} min ago`, hoursAgo: (n: number) => `${n} h ago`, daysAgo: (n: number) => `${n} days ago`,
    pushHow: 'A push can wake this phone when the page is closed (not every phone can; otherwise an SMS is sent).', pushOnButton: 'Switch push on', pushOn: 'Push is on', pushFailed: 'Push could not be switched on. Call-outs still reach you: an SMS is sent instead.', pushNone: 'This phone has no push. An SMS is sent instead.',
    testTitle: 'A test, not a call-out', testBody: 'The command centre checks whether it can reach you. Please do not go anywhere.', testReceived: 'Received',
    notifyOffered: 'Call-out', notifyCalledUp: 'Your turn', notifyStopped: 'No longer needed', notifyOpen: 'Open for details',
  },
);

/** 1.8 公里 / 1.8 km: as exact as it is true. */
export function distance(metres: number): string {
  const { value, unit } = distanceParts(metres);
  return `${value} ${lang.value === 'zh' ? { m: '米', km: '公里' }[unit] : unit}`;
}

export function age(milliseconds: number): string {
  const s = Math.floor(milliseconds / 1000);
  if (s < 10) return w().justNow;
  if (s < 60) return w().secondsAgo(s);
  if (s < 3600) return w().minutesAgo(Math.floor(s / 60));
  if (s < 86_400 * 2) return w().hoursAgo(Math.floor(s / 3600));
  return w().daysAgo(Math.floor(s / 86_400));
}

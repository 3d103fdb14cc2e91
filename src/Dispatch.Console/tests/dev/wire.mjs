// A stand-in for the server, for working on the phone page alone: the phone's half of docs/wire.md, one volunteer, everything in memory.
//   npm run build && node tests/dev/wire.mjs [port]      then open http://127.0.0.1:5099/phone.html, code DEMO2468
//   POST /dev/offer {…card parts} | /dev/move {"id","state","kind","reason"} | /dev/fault {"mode":"none"|"cut"|"503"|"lose"|"nohub"} | GET /dev/log
// It is never shipped and decides nothing the real tests rely on: those run against the real server.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = process.env.PAGES ?? join(fileURLToPath(new URL('.', import.meta.url)), '../../wwwroot');
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json' };
const iso = (ms = Date.now()) => new Date(ms).toISOString();
const day = 86_400_000;

const self = {
  id: randomUUID(), name: '陈建国', duty: 'off', availableNow: false, weeklyHours: [{ weekday: 6, from: '08:00', to: '18:00' }, { weekday: 0, from: '08:00', to: '12:00' }],
  consents: { location: true, registeredAddress: true, crossRegion: false },
  position: { longitude: 114.0579, latitude: 22.5431, accuracyMetres: 18, takenAt: iso(Date.now() - 190_000) },
  qualifications: [
    { key: 'rescue.water', name: '水上救援', nameEn: 'Water rescue', validUntil: iso(Date.now() + 400 * day).slice(0, 10) },
    { key: 'medical.firstAid', name: '急救员', nameEn: 'First aider', validUntil: iso(Date.now() - 20 * day).slice(0, 10) },
    { key: 'transport', name: '运输', nameEn: 'Transport', validUntil: iso(Date.now() + 12 * day).slice(0, 10) },
  ],
  insuredUntil: iso(Date.now() + 90 * day).slice(0, 10), inboxCursor: 0,
};
const inbox = [];
let cards = [];
let fault = 'none';
const log = [];
const sockets = new Set();

const problem = (status, name, title, more = {}) => ({ status, body: { type: `https://dispatch.invalid/problems/${name}`, title, titleEn: name, status, ...more } });
const done = (body, status = 200) => ({ status, body });

function put(card, kind) {
  card.changedAt = iso();
  const item = { number: inbox.length + 1, kind, at: iso(), callout: structuredClone(card) };
  inbox.push(item);
  for (const socket of sockets) if (socket.watching) socket.call('CallOut', item);
  return card;
}

function offer(parts) {
  const card = {
    id: randomUUID(), state: 'offered',
    incident: {
      id: randomUUID(), category: 'flood', categoryName: '内涝', categoryNameEn: 'Urban flooding', hazardous: true, risk: '水深及胸，水流急，注意触电。请穿救生衣。',
      address: '莲花街道景田北六街', longitude: 114.0412, latitude: 22.5523, regionNames: ['深圳市', '福田区', '莲花街道'], state: 'open', timeZone: 'Asia/Shanghai',
    },
    need: { qualification: 'rescue.water', name: '水上救援', nameEn: 'Water rescue' },
    distanceMetres: 1830, locatedBy: 'fix', ring: 1, offeredAt: iso(), dueAt: iso(Date.now() + (parts.seconds ?? 120) * 1000), answeredAt: null, reason: null,
  };
  Object.assign(card.incident, parts.incident);
  cards.unshift(card);
  return put(card, 'offered');
}

const next = { accepted: ['enRoute', 'turnedBack', 'released'], enRoute: ['onScene', 'turnedBack', 'released'], onScene: ['released', 'turnedBack'], standby: ['released'] };
function answer(card, to, reason) {
  if (card.state === to) return done(card);
  const allowed = card.state === 'offered' ? ['accepted', 'declined'] : next[card.state] ?? [];
  if (!allowed.includes(to)) return problem(409, 'conflict', '情况已变化', { current: card });
  Object.assign(card, { state: to, reason: reason ?? null, answeredAt: card.answeredAt ?? iso() });
  return done(put(card, 'progress'));
}

function api(method, path, body, token) {
  if (path === '/api/session/activate') {
    return body.code.replace(/\s/g, '').toUpperCase() === 'DEMO2468' ? done(tokens()) : problem(401, 'unauthenticated', '激活码无效');
  }
  if (path === '/api/session/refresh') return done(tokens());
  if (path === '/api/session') return done(undefined, 204);
  if (!token) return problem(401, 'unauthenticated', '请先激活');
  if (path === '/api/me') return done({ accountId: self.id, role: 'volunteer', name: self.name, region: { code: '440304', name: '福田区', nameEn: 'Futian', path: 'x', level: 3, levelName: '区', timeZone: 'Asia/Shanghai' }, volunteer: me(), serverTime: iso() });
  if (path === '/api/me/duty') { self.duty = body.duty; return done(me()); }
  if (path === '/api/me/hours') { self.weeklyHours = body.weeklyHours; return done(me()); }
  if (path === '/api/me/consents') { Object.assign(self.consents, body); return done(me()); }
  if (path === '/api/me/position') { self.position = { longitude: body.longitude, latitude: body.latitude, accuracyMetres: body.accuracyMetres, takenAt: body.takenAt }; return done(undefined, 202); }
  if (path === '/api/callouts/mine') return done({ cursor: inbox.length, callouts: cards, serverTime: iso() });
  const [, id, what] = /^\/api\/callouts\/([^/]+)\/(\w+)$/.exec(path) ?? [];
  const card = cards.find((each) => each.id === id);
  if (!card) return problem(404, 'notFound', '没有找到');
  if (what === 'seen') return done(undefined, 204);
  if (what === 'why') return done({ line: { verdict: 'asked', text: '您持有有效的水上救援证书，保险有效，正在值班，距现场 1,830 米，在莲花街道内排第 2。', textEn: 'You hold a valid water rescue certificate, are insured and on duty, 1,830 m away: second in Lianhua.' } });
  if (what === 'answer') return answer(card, body.answer === 'accept' ? 'accepted' : 'declined', body.reason);
  return answer(card, body.state, body.reason);
}
const tokens = () => ({ accessToken: randomUUID(), refreshToken: randomUUID(), expiresIn: 900, tokenType: 'Bearer' });
const me = () => ({ ...self, availableNow: self.duty === 'on', inboxCursor: inbox.length });

function dev(path, body) {
  if (path === '/dev/offer') return done(offer(body));
  if (path === '/dev/log') return done(log);
  if (path === '/dev/fault') {
    fault = body.mode;
    if (fault === 'cut' || fault === 'nohub') for (const socket of sockets) socket.destroy();
    return done({ fault });
  }
  const card = cards.find((each) => each.id === body.id) ?? cards[0];
  Object.assign(card, { state: body.state ?? card.state, reason: body.reason ?? card.reason });
  return done(put(card, body.kind ?? body.state));
}

const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const body = text ? JSON.parse(text) : {};
  const path = request.url.split('?')[0];
  const reply = ({ status, body: answered }) => {
    response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...(status === 503 ? { 'retry-after': '1' } : {}) });
    response.end(answered === undefined ? '' : JSON.stringify(answered));
  };
  if (path.startsWith('/dev/')) return reply(dev(path, body));
  if (path.startsWith('/api/')) {
    log.push({ method: request.method, path, body });
    if (fault === 'cut') return request.socket.destroy();
    if (fault === '503' && request.method === 'PUT') return reply(problem(503, 'notConfirmed', '未确认'));
    const answered = api(request.method, path, body, request.headers.authorization);
    if (fault === 'lose' && request.method === 'PUT') return request.socket.destroy();
    return reply(answered);
  }
  const file = normalize(join(root, path));
  if (fault === 'cut') return request.socket.destroy();
  if (!file.startsWith(root) || !existsSync(file)) { response.writeHead(404); return response.end(); }
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-cache' });
  response.end(readFileSync(file));
});

// Just enough of WebSocket and of the SignalR JSON protocol: unfragmented text frames, one record per line.
server.on('upgrade', (request, socket) => {
  if (fault === 'cut' || fault === 'nohub') return socket.destroy();
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  const send = (record) => {
    const data = Buffer.from(`${JSON.stringify(record)}\u001e`);
    const head = data.length < 126 ? Buffer.from([0x81, data.length]) : Buffer.from([0x81, 126, data.length >> 8, data.length & 255]);
    if (!socket.destroyed) socket.write(Buffer.concat([head, data]));
  };
  socket.call = (target, ...args) => send({ type: 1, target, arguments: args });
  const beat = setInterval(() => { if (socket.watching) socket.call('Current', { cursor: inbox.length, serverTime: iso() }); else send({ type: 6 }); }, 5000);
  socket.on('close', () => { clearInterval(beat); sockets.delete(socket); }).on('error', () => {});
  sockets.add(socket);
  let held = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 6) {
      const short = held[1] & 127;
      const [length, at] = short < 126 ? [short, 2] : [held.readUInt16BE(2), 4];
      if (held.length < at + 4 + length) return;
      const mask = held.subarray(at, at + 4);
      const data = Buffer.from(held.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ mask[i % 4])).toString();
      const opcode = held[0] & 15;
      held = held.subarray(at + 4 + length);
      if (opcode === 8) return socket.destroy();
      for (const record of data.split('\u001e').filter(Boolean)) heard(JSON.parse(record));
    }
  });
  function heard(record) {
    if (record.protocol) return void socket.write(Buffer.from([0x81, 3, 0x7b, 0x7d, 0x1e]));
    if (record.type !== 1) return;
    log.push({ hub: record.target, args: record.arguments });
    let result = null;
    if (record.target === 'Watch') {
      socket.watching = true;
      for (const item of inbox.slice(record.arguments[0])) socket.call('CallOut', item);
      result = { epoch: 'fake', serverTime: iso(), cursor: inbox.length };
    }
    if (record.invocationId) send({ type: 3, invocationId: record.invocationId, result });
  }
});

const port = Number(process.argv[2] ?? 5099);
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/phone.html  code DEMO2468`));

// Opens the phone page without a network. It keeps the shell (page, its scripts and styles, icon) and nothing else:
// /api and /live never pass through here, so no answer of the server can ever be an old one.
const shell = 'phone-shell';
const page = '/phone.html';
const files = ['/phone.webmanifest', '/phone-icon.svg'];

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil((async () => keep(await fetch(page, { cache: 'reload' })))());
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

/** The page is exchanged last, when all it needs is here: a cut in the middle leaves the old page whole. */
async function keep(response) {
  if (!response.ok || response.redirected) return;
  const html = await response.text();
  const needed = [...files, ...[...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1])];
  const cache = await caches.open(shell);
  await Promise.all(needed.map(async (path) => {
    if (!path.startsWith('/assets/') || !(await cache.match(path))) await cache.add(path);
  }));
  await cache.put(page, new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } }));
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname !== page && !needed.includes(pathname)) await cache.delete(request);
  }
}

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== self.location.origin) return;
  if (pathname === page) event.respondWith(open(event));
  else if (pathname.startsWith('/assets/') || files.includes(pathname)) {
    event.respondWith(caches.match(event.request, { cacheName: shell }).then((kept) => kept ?? fetch(event.request)));
  }
});

/** The newest page if it comes within three seconds, else the one that is here. */
async function open(event) {
  const fresh = fetch(event.request);
  const soon = new Promise((_, reject) => { setTimeout(() => reject(new Error('slow')), 3000); });
  try {
    const response = await Promise.race([fresh, soon]);
    if (!response.ok) throw new Error(String(response.status));
    event.waitUntil(keep(response.clone()).catch(() => {}));
    return response;
  } catch {
    return (await caches.match(page, { cacheName: shell })) ?? fresh;
  }
}

/** Only what is encrypted for this browser arrives here. A test says of itself that it is no call-out, and rings differently. */
self.addEventListener('push', (event) => {
  const message = event.data?.json();
  if (!message) return;
  const test = message.kind === 'test';
  event.waitUntil(Promise.all([
    received(message.receipt, false),
    self.registration.showNotification(message.title, {
      body: message.body, tag: message.id, icon: '/phone-icon.svg', renotify: true,
      requireInteraction: !test, vibrate: test ? [80] : [500, 150, 500, 150, 500],
      data: test ? { page, receipt: message.receipt } : page,
    }),
  ]));
});

/** The receipt came inside the message, so it needs no sign-in. Lost, it only leaves "delivered" unsaid. */
const received = (receipt, opened) => fetch('/api/channels/push/received', {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ receipt, opened }),
}).catch(() => {});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { receipt } = event.notification.data ?? {};
  event.waitUntil((async () => {
    if (receipt) await received(receipt, true);
    const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const phone = open.find((client) => new URL(client.url).pathname === page);
    await (phone ? phone.focus() : self.clients.openWindow(page));
  })());
});

// Web Push: wakes this phone when the page is closed. Asked for by a touch, given back when it signs out.
import { signal } from '@preact/signals';
import { call, get } from '../live/api';

export type PushStanding = 'none' | 'off' | 'on' | 'working' | 'failed';
/** `none`: this browser cannot, or the page is not on https. */
export const push = signal<PushStanding>('none');

const able = () => typeof navigator !== 'undefined' && 'serviceWorker' in navigator && typeof PushManager !== 'undefined';

async function existing(): Promise<PushSubscription | null> {
  if (!able()) return null;
  const worker = await navigator.serviceWorker.getRegistration('/phone');
  return (await worker?.pushManager.getSubscription()) ?? null;
}

/** What the browser says, told to the server again: either may have forgotten. */
export async function lookAtPush(): Promise<void> {
  if (!able()) return;
  const subscription = await existing().catch(() => null);
  push.value = subscription && Notification.permission === 'granted' && await tell(subscription) ? 'on' : 'off';
}

export async function subscribe(): Promise<void> {
  if (!able()) return;
  push.value = 'working';
  try {
    const key = await get<{ publicKey: string }>('/api/me/push');
    if (key.outcome !== 'done') throw new Error('no key');
    const worker = await navigator.serviceWorker.ready;
    const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key.value.publicKey });
    push.value = await tell(subscription) ? 'on' : 'failed';
  } catch (error) {
    console.warn('no push:', error);
    push.value = 'failed';
  }
}

/** Before the sign-in ends: afterwards nobody may say it. */
export async function unsubscribe(): Promise<void> {
  const subscription = await existing().catch(() => null);
  if (!subscription) return;
  await call('DELETE', `/api/me/push?endpoint=${encodeURIComponent(subscription.endpoint)}`, { timeoutMs: 4000 });
  await subscription.unsubscribe().catch(() => false);
  push.value = 'off';
}

async function tell(subscription: PushSubscription): Promise<boolean> {
  const { endpoint, keys } = subscription.toJSON();
  const answer = await call('PUT', '/api/me/push', { body: { endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth } } });
  return answer.outcome === 'done';
}

// What survives a reload: the state, the orders not yet answered, and when the server was last heard. IndexedDB, and memory where there is none.
// Orders are kept one by one under their key, so that two open pages never overwrite each other's.
import type { Order } from './outbox';
import type { State } from './state';

export interface Kept { state: State; heardAt: number | null }

const name = 'dispatch-phone';
let opened: Promise<IDBDatabase> | null = null;

const open = (): Promise<IDBDatabase> => opened ??= new Promise((resolve, reject) => {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('kept');
    request.result.createObjectStore('orders', { keyPath: 'key' });
  };
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function run<T>(stores: string[], mode: IDBTransactionMode, work: (tx: IDBTransaction) => IDBRequest<T> | void): Promise<T | undefined> {
  const db = await open();
  return new Promise((resolve, reject) => {
    const tx = db.transaction(stores, mode);
    const request = work(tx);
    // The commit counts, not the request: only then is it on the disk.
    tx.oncomplete = () => resolve(request ? request.result : undefined);
    tx.onerror = tx.onabort = () => reject(tx.error);
  });
}

/** A phone whose storage is blocked or full still answers call-outs; it only forgets them on reload. */
let failed = false;
async function orForget<T>(work: () => Promise<T>): Promise<T | undefined> {
  try { return await work(); } catch (error) {
    if (!failed) console.warn('nothing will survive a reload:', error);
    failed = true;
    return undefined;
  }
}

export const load = async (): Promise<{ kept: Kept | undefined; orders: Order[] }> => ({
  kept: await orForget(() => run<Kept>(['kept'], 'readonly', (tx) => tx.objectStore('kept').get('phone') as IDBRequest<Kept>)),
  orders: (await orForget(() => run<Order[]>(['orders'], 'readonly', (tx) => tx.objectStore('orders').getAll() as IDBRequest<Order[]>)) ?? [])
    .sort((a, b) => a.pressedAt - b.pressedAt),
});

export const keep = (kept: Kept) => orForget(() => run(['kept'], 'readwrite', (tx) => { tx.objectStore('kept').put(kept, 'phone'); }));

/** Writes what was added or changed and removes what is gone. */
export const keepOrders = (before: readonly Order[], now: readonly Order[]) => orForget(() => run(['orders'], 'readwrite', (tx) => {
  const orders = tx.objectStore('orders');
  for (const order of before) if (!now.some((each) => each.key === order.key)) orders.delete(order.key);
  for (const order of now) if (!before.includes(order)) orders.put(order);
}));

export const forget = () => orForget(() => run(['kept', 'orders'], 'readwrite', (tx) => {
  tx.objectStore('kept').clear();
  tx.objectStore('orders').clear();
}));

// A reachability test of the command centre. It rings nothing and is never a card: it must not be taken for a call-out.
import { signal } from '@preact/signals';
import { call } from '../live/api';

export interface Test { id: string; at: string }

export const test = signal<Test | null>(null);
/** Until the server has it, the button stays. */
export const confirming = signal(false);

export function tookTest(arrived: Test): void {
  test.value = arrived;
  void tell(arrived.id, false);
}
export function forgetTest(): void { test.value = null; }

export async function confirm(): Promise<void> {
  const shown = test.peek();
  if (!shown) return;
  confirming.value = true;
  const got = await tell(shown.id, true);
  confirming.value = false;
  if (got && test.peek()?.id === shown.id) test.value = null;
}

async function tell(id: string, confirmed: boolean): Promise<boolean> {
  const answer = await call('PUT', `/api/me/tests/${id}`, { body: { confirmed } });
  return answer.outcome !== 'unknown';
}

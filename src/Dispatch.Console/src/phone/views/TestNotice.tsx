// A reachability test: a quiet strip, dashed where a card is solid, that says first what it is not.
import { confirm, confirming, test } from '../tests';
import { w } from '../words';

export function TestNotice() {
  if (!test.value) return null;
  return (
    <section class="test-notice" role="status">
      <p><b>{w().testTitle}</b><br />{w().testBody}</p>
      <button type="button" disabled={confirming.value} onClick={() => void confirm()}>{confirming.value ? w().sending : w().testReceived}</button>
    </section>
  );
}

import { view } from '../board/choices';
import { Icon } from '../board/glyphs';
import { reasonsNow } from '../live/system';
import { textOf } from '../words/lang';
import { systemWords } from '../words/system';

/** What the server says is wrong with itself, on every page. Asked for over plain HTTP, so that it does not depend on the pump it may be about. */
export function HealthBanner() {
  const w = systemWords();
  const reasons = reasonsNow.value;
  if (reasons.length === 0 || view.value === 'system') return null; // that page says it itself
  const bad = reasons.some((reason) => reason.weight === 'notReady' || reason.code === 'auditorSilent');
  return (
    <div class={`health ${bad ? 'health-bad' : 'health-watch'}`} role={bad ? 'alert' : 'status'}>
      <Icon name="warn" size={16} />
      <ul>{reasons.map((reason) => <li key={reason.code} data-reason={reason.code}>{textOf(reason)}</li>)}</ul>
      <button type="button" class="small" onClick={() => { view.value = 'system'; }}>{w.open} <kbd>S</kbd></button>
    </div>
  );
}

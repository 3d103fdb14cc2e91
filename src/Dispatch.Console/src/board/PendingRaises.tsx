// Raised, and nobody knows yet whether the server has it: shown on the board, but never as an incident.
import { editRefused } from '../actions/raising';
import { orders, putAside } from '../live/orders';
import { titleOf } from '../words/lang';
import { words } from '../words/console';
import { Icon } from './glyphs';
import { Age } from './Ticking';

export function PendingRaises() {
  const w = words();
  const pending = orders.value.filter((o) => o.kind === 'raise');
  if (pending.length === 0) return null;
  return (
    <ul class="pending" aria-live="polite">
      {pending.map((order) => (
        <li key={order.id} class={`pending-row ${order.state}`} data-raise={order.id}>
          <div class="row-head">
            <strong>{order.about}</strong>
            <span class="tag">{order.state === 'sending' ? w.sending : order.state === 'refused' ? w.refused : `${w.notConfirmed} · ${w.attempt(order.attempts)}`}</span>
            <span class="row-age"><Age since={order.orderedAt} /></span>
          </div>
          {order.state === 'notConfirmed' && <div class="flag watch"><Icon name="warn" size={12} />{w.notConfirmedLong}</div>}
          {order.state === 'refused' && order.problem && (
            <div class="flag alarm">
              <Icon name="warn" size={12} />{titleOf(order.problem)}
              <button type="button" class="link" onClick={() => editRefused(order)}>{w.show}</button>
              <button type="button" class="link" onClick={() => putAside(order.id)}>{w.dismiss}</button>
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

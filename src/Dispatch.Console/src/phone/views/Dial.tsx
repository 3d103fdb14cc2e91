// Two small drawings: the time left to answer, and which way it is. Both also say it in words.
import type { Card } from '../../live/contract';
import { now } from '../../live/clock';
import { timeLeft } from '../card';
import { fix } from '../locate';
import { bearingDegrees, compassPoint, distanceMetres } from '../place';
import { state } from '../phone';
import { distance, w } from '../words';

const round = 2 * Math.PI * 44;

export function TimeLeft({ card }: { card: Card }) {
  const { seconds, fraction } = timeLeft(card, now.value);
  const text = seconds < 100 ? String(seconds) : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <div class={seconds <= 15 ? 'ring urgent' : 'ring'} role="timer" aria-label={`${w().timeLeft} ${seconds} ${w().seconds}`}>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle class="track" cx="50" cy="50" r="44" />
        <circle class="left" cx="50" cy="50" r="44" stroke-dasharray={`${round * fraction} ${round}`} transform="rotate(-90 50 50)" />
      </svg>
      <span aria-hidden="true"><b>{seconds ? text : '0'}</b>{seconds < 100 && <small>{w().seconds}</small>}</span>
    </div>
  );
}

/** Further back, a position points the wrong way more often than the right one. */
const staleMs = 3_600_000;

/** North is up. From this phone's own fix, or the last one the server has; without either, only the distance the server worked out. */
export function Way({ card }: { card: Card }) {
  const held = state.value.self?.position;
  const from = [fix.value, held && { ...held, takenAt: Date.parse(held.takenAt) }].find((each) => each && now.value - each.takenAt < staleMs);
  const metres = from ? distanceMetres(from, card.incident) : card.distanceMetres;
  const degrees = from && metres >= 50 ? bearingDegrees(from, card.incident) : null;
  return (
    <div class="way">
      {degrees !== null && (
        <svg class="compass" viewBox="0 0 100 100" aria-hidden="true">
          <circle cx="50" cy="50" r="46" /><path class="north" d="M50 1v10" />
          <text x="50" y="28" text-anchor="middle">{w().north}</text>
          <path class="arrow" d="M50 31L63 72 50 64 37 72Z" transform={`rotate(${degrees.toFixed(0)} 50 55)`} />
        </svg>
      )}
      <p><b>{from && metres < 50 ? w().here : w().away(distance(metres))}</b>{degrees !== null && <b> · {w().directions[compassPoint(degrees)]}</b>}
        <span class="small">{from ? w().fromFix : card.locatedBy === 'fix' ? w().fromFix : w().fromAddress}</span></p>
    </div>
  );
}

import type { Line } from '../live/system';
import { systemWords } from '../words/system';

const WIDTH = 220;
const HEIGHT = 36;
const PAD = 3;

/** The last hour as a small line. A gap is a gap: where nothing was measured nothing is drawn. `bound`: where it begins to matter. */
export function Spark({ name, line, format, bound }: { name: string; line: Line; format: (value: number) => string; bound?: number }) {
  const w = systemWords();
  const known = line.filter((x): x is number => x !== null);
  const last = line.findLast((x) => x !== null) ?? null;
  const most = known.length ? Math.max(...known) : null;
  const top = Math.max(most ?? 0, (bound ?? 0) * 1.15) || 1;
  const x = (i: number) => PAD + (i / Math.max(1, line.length - 1)) * (WIDTH - 2 * PAD);
  const y = (value: number) => HEIGHT - PAD - (value / top) * (HEIGHT - 2 * PAD);
  const label = w.plot(name, last === null ? w.noData : format(last), most === null ? w.noData : format(most));
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <title>{label}</title>
      <path class="spark-ground" d={`M${PAD} ${HEIGHT - PAD}H${WIDTH - PAD}`} />
      {bound !== undefined && <path class="spark-bound" d={`M${PAD} ${y(bound)}H${WIDTH - PAD}`} />}
      {runs(line).map((run) => run.length === 1
        ? <circle key={run[0]![0]} cx={x(run[0]![0])} cy={y(run[0]![1])} r="1.6" />
        : <g key={run[0]![0]}>
            <path class="spark-area" d={`M${x(run[0]![0])} ${HEIGHT - PAD}${run.map(([i, v]) => `L${x(i)} ${y(v)}`).join('')}L${x(run.at(-1)![0])} ${HEIGHT - PAD}z`} />
            <path class="spark-line" d={run.map(([i, v], n) => `${n ? 'L' : 'M'}${x(i)} ${y(v)}`).join('')} />
          </g>)}
    </svg>
  );
}

/** Stretches without a gap. */
export function runs(line: Line): [number, number][][] {
  const found: [number, number][][] = [];
  line.forEach((value, i) => {
    if (value === null) return;
    if (i > 0 && line[i - 1] !== null) found.at(-1)!.push([i, value]);
    else found.push([[i, value]]);
  });
  return found;
}

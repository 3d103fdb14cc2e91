// The shapes of the lists, drawn for the map: a coloured shape on a halo, so that it reads on any ground.
import type { Map as GlMap } from 'maplibre-gl';
import { stateShapes } from '../board/glyphs';
import type { CalloutState } from '../live/contract';
import type { Palette } from './palette';

const SCALE = 2;

export const stateColours: Record<CalloutState, keyof Palette> = {
  offered: 'muted', accepted: 'accent', enRoute: 'warn', onScene: 'ok', standby: 'hold',
  declined: 'muted', expired: 'muted', recalled: 'muted', released: 'muted', turnedBack: 'bad',
};
export const incidentColours = { alarm: 'bad', watch: 'warn', calm: 'accent', complete: 'ok' } as const satisfies Record<string, keyof Palette>;

export function drawIcons(map: GlMap, palette: Palette): void {
  for (const [state, shape] of Object.entries(stateShapes)) {
    put(map, `state-${state}`, 20, (g) => {
      const path = new Path2D(shape.path);
      g.translate(2, 2);
      g.lineJoin = g.lineCap = 'round';
      g.strokeStyle = palette.surface; g.lineWidth = 5; g.stroke(path);
      g.strokeStyle = g.fillStyle = palette[stateColours[state as CalloutState]];
      g.lineWidth = 2;
      if (shape.filled) g.fill(path); else { g.fillStyle = palette.surface; g.fill(path); }
      g.stroke(path);
    });
  }
  for (const [level, colour] of Object.entries(incidentColours)) {
    for (const chosen of [false, true]) {
      put(map, `incident-${level}${chosen ? '-chosen' : ''}`, chosen ? 46 : 34, (g) => drawIncident(g, chosen ? 46 : 34, palette[colour], palette, level, chosen));
    }
  }
  put(map, 'draft-pin', 40, (g) => {
    g.translate(20, 20);
    g.strokeStyle = palette.surface; g.lineWidth = 6; cross(g);
    g.strokeStyle = palette.accent; g.lineWidth = 3; cross(g);
  });
}

/** A triangle, as on every map of dangers; the mark inside says how it stands, for those who do not see the colour. */
function drawIncident(g: CanvasRenderingContext2D, size: number, colour: string, palette: Palette, level: string, chosen: boolean): void {
  g.scale(size / 34, size / 34);
  const triangle = new Path2D('M17 4L31 29H3z');
  g.lineJoin = 'round';
  g.strokeStyle = chosen ? palette.text : palette.surface; g.lineWidth = chosen ? 6 : 5; g.stroke(triangle);
  g.fillStyle = g.strokeStyle = colour; g.lineWidth = 2; g.fill(triangle); g.stroke(triangle);
  g.strokeStyle = g.fillStyle = palette.surface; g.lineWidth = 2.6; g.lineCap = 'round';
  const mark = { alarm: 'M17 12V20M17 24.800V25', watch: 'M13 17H21M13 23H21', calm: 'M17 18.500a2.500 2.500 0 1 1 0 5a2.500 2.500 0 1 1 0-5z', complete: 'M12 21L16 25L22 16.500' }[level];
  g.stroke(new Path2D(mark));
}

function cross(g: CanvasRenderingContext2D): void {
  g.beginPath();
  g.arc(0, 0, 9, 0, 7);
  for (const [x, y] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) { g.moveTo(x * 5, y * 5); g.lineTo(x * 17, y * 17); }
  g.stroke();
}

function put(map: GlMap, id: string, size: number, draw: (g: CanvasRenderingContext2D) => void): void {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * SCALE;
  const g = canvas.getContext('2d', { willReadFrequently: true })!;
  g.scale(SCALE, SCALE);
  draw(g);
  const image = g.getImageData(0, 0, canvas.width, canvas.height);
  if (map.hasImage(id)) map.updateImage(id, image);
  else map.addImage(id, image, { pixelRatio: SCALE });
}

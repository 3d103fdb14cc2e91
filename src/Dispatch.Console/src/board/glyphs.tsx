// Every colour has a shape. The same outlines are drawn in lists (SVG) and on the map (Path2D), in a 16 by 16 box.
import type { CalloutState } from '../live/contract';

export interface Shape { path: string; filled: boolean }

export const stateShapes: Record<CalloutState, Shape> = {
  offered: { path: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z', filled: false },
  accepted: { path: 'M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12z', filled: true },
  enRoute: { path: 'M3.5 2.2L14 8L3.5 13.8L6 8z', filled: true },
  onScene: { path: 'M2.5 2.5H13.5V13.5H2.5z', filled: true },
  standby: { path: 'M8 1.5L14.5 8L8 14.5L1.5 8z', filled: false },
  declined: { path: 'M3.5 3.5L12.5 12.5M12.5 3.5L3.5 12.5', filled: false },
  expired: { path: 'M4 2H12L8 8L12 14H4L8 8z', filled: false },
  recalled: { path: 'M2.5 8H13.5M6.5 4L2.5 8L6.5 12', filled: false },
  released: { path: 'M2.5 8.5L6.5 12.5L13.5 4', filled: false },
  turnedBack: { path: 'M5 13.5V6.5a3.5 3.5 0 0 1 7 0V9M2.5 10.5L5 13.5L7.5 10.5', filled: false },
};

export const StateGlyph = ({ state, size = 14 }: { state: CalloutState; size?: number }) => {
  const shape = stateShapes[state];
  return (
    <svg class={`glyph state-${state}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={shape.path} fill={shape.filled ? 'currentColor' : 'none'} stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round" />
    </svg>
  );
};

const qualificationPaths: Record<string, string> = {
  rescue: 'M8 1.5L13.5 3.5V8c0 3.2-2.2 5.4-5.5 6.5C4.7 13.4 2.5 11.2 2.5 8V3.5z',
  'rescue.collapse': 'M2 14V6l3 2V5l4 3V2l5 4v8z',
  'rescue.mountain': 'M1 14L6 4l2.6 5L11 6l4 8z',
  'rescue.water': 'M1 5c2.3-2 4.7 2 7 0s4.700-2 7 0v2.600c-2.300 2-4.700-2-7 0s-4.700-2-7 0zM1 10c2.300-2 4.700 2 7 0s4.700-2 7 0v2.600c-2.300 2-4.700-2-7 0s-4.700-2-7 0z',
  'rescue.diving': 'M6.500 1.500h3V8H14l-6 6.500L2 8h4.500z',
  'rescue.emergencyMedical': 'M8 1a7 7 0 1 1 0 14A7 7 0 1 1 8 1zM6.800 4v2.800H4v2.400h2.800V12h2.400V9.200H12V6.800H9.200V4z',
  medical: 'M6 1.500h4V6h4.500v4H10v4.500H6V10H1.500V6H6z',
  legal: 'M7.200 1.500h1.600V3.500H13l2.500 5.500h-5L12.400 5H8.800v7.500H12V14H4v-1.500h3.200V5H3.600L5.500 9h-5L3 3.500h4.200z',
  psychological: 'M8 14C3 10.500 1.500 8 1.500 5.500A3.300 3.300 0 0 1 8 4a3.300 3.300 0 0 1 6.500 1.500C14.500 8 13 10.500 8 14z',
  order: 'M6.600 1.500h2.800L13 12.500h1.500V14h-13v-1.500H3zM5.300 7.500h5.400l.6 2H4.700z',
  publicHealth: 'M8 1.500c3 3.800 4.700 6 4.700 8.200a4.700 4.700 0 0 1-9.400 0C3.300 7.500 5 5.300 8 1.500z',
  redLecture: 'M8 1l2.100 4.700 5 .5-3.800 3.400 1.100 5L8 12l-4.400 2.600 1.100-5L.9 6.200l5-.5z',
  transport: 'M1 4h8v7H1zM10 6.500h3L15 9v2h-5zM4 10.500a1.800 1.800 0 1 1 0 3.600a1.800 1.800 0 1 1 0-3.600zM12 10.500a1.800 1.800 0 1 1 0 3.600a1.800 1.800 0 1 1 0-3.600z',
  communications: 'M7 8h2l1.500 6.500h-5zM8 5.500a1.500 1.500 0 1 1 0 .1zM3.500 2L5 3.200a5 5 0 0 0 0 5L3.500 9.500a7 7 0 0 1 0-7.500zM12.500 2L11 3.200a5 5 0 0 1 0 5l1.500 1.300a7 7 0 0 0 0-7.500z',
  convenience: 'M8 2L14.500 7.500H13V14H3V7.500H1.500z',
  other: 'M3 3h10v10H3z',
};
const pathOf = (key: string): string => qualificationPaths[key] ?? qualificationPaths[key.split('.')[0]!] ?? qualificationPaths.other!;

export const QualificationGlyph = ({ of: key, size = 13 }: { of: string; size?: number }) => (
  <svg class="glyph" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
    <path d={pathOf(key)} fill="currentColor" fill-rule="evenodd" />
  </svg>
);

const icons = {
  flag: 'M3 15V1.500h1.500V2.500H13L10.500 5.700L13 9H4.500v6z',
  clock: 'M8 1.500a6.500 6.500 0 1 1 0 13a6.500 6.500 0 1 1 0-13zM8 4.500V8l2.500 2',
  check: 'M2.500 8.500L6.500 12.500L13.500 4',
  cross: 'M3.500 3.500L12.500 12.500M12.500 3.500L3.500 12.500',
  plus: 'M8 2.500V13.500M2.500 8H13.500',
  up: 'M8 13.500V3M3.500 7L8 2.500L12.500 7',
  pause: 'M5 3V13M11 3V13',
  bell: 'M3 12h10l-1.500-2V7a3.500 3.500 0 0 0-7 0v3zM6.500 14h3',
  mute: 'M3 12h10l-1.500-2V7a3.500 3.500 0 0 0-7 0v3zM2 2L14 14',
  sun: 'M8 5a3 3 0 1 1 0 6a3 3 0 1 1 0-6zM8 1V2.500M8 13.500V15M1 8H2.500M13.500 8H15M3 3L4 4M12 12L13 13M13 3L12 4M4 12L3 13',
  moon: 'M13 9.500A5.700 5.700 0 0 1 6.500 3a5.700 5.700 0 1 0 6.500 6.500z',
  screen: 'M1.500 3h13v8h-13zM5.500 14h5M8 11v3',
  keys: 'M1.500 4h13v8h-13zM4 6.500h.1M7 6.500h.1M10 6.500h.1M12.500 6.500h.1M4.500 9.500h7',
  pin: 'M8 1.500a4.700 4.700 0 0 1 4.700 4.700C12.700 9.500 8 14.500 8 14.500S3.300 9.500 3.300 6.200A4.700 4.700 0 0 1 8 1.500zM8 5v.100',
  sent: 'M2.500 8.500L6 12L13 4.500',
  people: 'M6 3a2.200 2.200 0 1 1 0 4.400A2.200 2.200 0 1 1 6 3zM1.500 13c0-3 2-4.500 4.500-4.500s4.500 1.500 4.500 4.500M11 3.500a2 2 0 0 1 0 3.800M12 9c1.700.6 2.500 2 2.500 4',
  warn: 'M8 2L14.500 13.500H1.500zM8 6.500V9.500M8 11.600v.100',
  fit: 'M2 5.500V2H5.500M10.500 2H14V5.500M14 10.500V14H10.500M5.500 14H2V10.500',
} as const;
export type IconName = keyof typeof icons;
export const Icon = ({ name, size = 15 }: { name: IconName; size?: number }) => (
  <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
    <path d={icons[name]} fill={name === 'flag' ? 'currentColor' : 'none'} stroke="currentColor" stroke-width="1.600" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
);

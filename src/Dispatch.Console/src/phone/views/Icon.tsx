// Our own signs, one shape per meaning: a colour alone never says anything here.
import type { CalloutState } from '../../live/contract';

const shapes = {
  bell: 'M12 3a6 6 0 0 0-6 6v4l-2 4h16l-2-4V9a6 6 0 0 0-6-6ZM9.5 20a2.6 2.6 0 0 0 5 0',
  tick: 'M4 13l5 5L20 6',
  road: 'M4 12h14M12 5l7 7-7 7',
  flag: 'M6 21V4M6 4h12l-3 4 3 4H6',
  gather: 'M12 3v5M12 21v-5M3 12h5M21 12h-5M5 5l4 4M19 5l-4 4M5 19l4-4M19 19l-4-4',
  door: 'M14 4h5v16h-5M3 12h11M10 8l4 4-4 4',
  back: 'M20 18v-4a5 5 0 0 0-5-5H5M10 4L5 9l5 5',
  pause: 'M8 5v14M16 5v14',
  stop: 'M8 3h8l5 5v8l-5 5H8l-5-5V8ZM8 12h8',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7v5l4 2',
  heart: 'M12 20S4 15 4 9.5A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.5C20 15 12 20 12 20Z',
  note: 'M5 3h14v18H5ZM9 8h6M9 12h6M9 16h4',
  warning: 'M12 3L2 20h20ZM12 10v4M12 17v.5',
  pin: 'M12 21s7-6.5 7-12a7 7 0 1 0-14 0c0 5.500 7 12 7 12ZM12 7a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  moon: 'M20 14A8.500 8.500 0 0 1 10 4a8.500 8.500 0 1 0 10 10Z',
  cross: 'M6 6l12 12M18 6L6 18',
  again: 'M20 5v5h-5M19.500 10A8 8 0 1 0 20 14',
  link: 'M3 9a13 13 0 0 1 18 0M6.500 13a8 8 0 0 1 11 0M10 17a3 3 0 0 1 4 0',
  nolink: 'M3 9a13 13 0 0 1 18 0M6.500 13a8 8 0 0 1 11 0M10 17a3 3 0 0 1 4 0M4 3l16 18',
  shield: 'M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6Z',
  foot: 'M13 2.500a1.700 1.700 0 1 0 .01 0M10 21l2-6.500-2-3 .5-4.500 3 2.500 3.500 1M12 14.500l3.500 2.500.5 4M10.500 7L7 8.500V12',
  bicycle: 'M5.500 12.500a3.700 3.700 0 1 0 .01 0M18.500 12.500a3.700 3.700 0 1 0 .01 0M5.500 16.200L9.500 9h6l3 7.200M9.500 9l3.500 7.200M15.500 9L14.500 5.500h3M8 6.500h3',
  car: 'M3 17.500v-5l2.500-6h13l2.500 6v5ZM3 12.500h18M6 17.500v2.500M18 17.500v2.500M6.500 15h2M15.500 15h2',
  unsaid: 'M8.500 9a3.500 3.500 0 1 1 5.500 2.800c-1.400 1-2 1.600-2 3.200M12 18.500v.5',
  more: 'M9 5l7 7-7 7',
} as const;
export type Shape = keyof typeof shapes;

export const Icon = ({ shape, size = '1.4em' }: { shape: Shape; size?: string }) => (
  <svg class="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false"><path d={shapes[shape]} /></svg>
);

export const shapeOf: Record<CalloutState, Shape> = {
  offered: 'bell', accepted: 'tick', enRoute: 'road', onScene: 'flag', released: 'heart', turnedBack: 'back',
  standby: 'pause', declined: 'note', expired: 'clock', recalled: 'stop',
};

import { signal } from '@preact/signals';

/** Which layers the operator wants to see. */
export const shownLayers = signal({ regions: true, communities: true, onDuty: true, lines: true });
export type LayerName = keyof typeof shownLayers.value;
export const switchLayer = (name: LayerName): void => { shownLayers.value = { ...shownLayers.peek(), [name]: !shownLayers.peek()[name] }; };

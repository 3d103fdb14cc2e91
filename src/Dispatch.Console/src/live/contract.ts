// The types of docs/wire.md, with its words. Nothing here decides anything.
export type * from './contract/basics';
export type * from './contract/incidents';
export type * from './contract/regions';
export type * from './contract/record';
export type * from './contract/musters';
export type * from './contract/live';

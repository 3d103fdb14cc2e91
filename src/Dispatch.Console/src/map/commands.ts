// What the rest of the console may ask of the map. Nothing happens while there is none: everything works without it.
export interface MapCommands {
  goTo(place: { longitude: number; latitude: number }): void;
  showAll(): void;
  showRegion(): void;
}
const nothing: MapCommands = { goTo() {}, showAll() {}, showRegion() {} };
export let mapCommands: MapCommands = nothing;
export function answerCommands(by: MapCommands | null): void { mapCommands = by ?? nothing; }

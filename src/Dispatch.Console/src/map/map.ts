// The map, put together from its layers. Loaded only when shown; asks nothing outside this server: no tiles, no glyphs, own worker.
import { effect } from '@preact/signals';
import { Map as GlMap, NavigationControl, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { aim, cornersOf, draft, openRaise, placeAt, takeBack, whereabouts } from '../actions/raising';
import { placeOf } from '../actions/spots';
import { openIncidents, selected } from '../board/choices';
import { boundaries, boxOf, readBoundaries, readNeighbours } from '../live/boundaries';
import { me } from '../live/signing';
import { answerCommands } from './commands';
import { drawIcons } from './icons';
import { draftAreaLayer, draftLayer } from './layers/draft';
import { extentLayer, extentPointsLayer } from './layers/extent';
import { incidentsLayer } from './layers/incidents';
import { onDutyLayer } from './layers/onDuty';
import { communitiesLayer, neighboursLayer, regionLayer, streetsLayer } from './layers/regions';
import { linesLayer, respondersLayer } from './layers/responders';
import { words } from '../words/console';
import { palette } from './palette';
import { followPeople } from './people';

setWorkerUrl(workerUrl);
// From the ground up.
const layers = [neighboursLayer, streetsLayer, communitiesLayer, regionLayer, extentLayer, draftAreaLayer, onDutyLayer, linesLayer, respondersLayer, extentPointsLayer, incidentsLayer, draftLayer];

export function startMap(container: HTMLElement): () => void {
  const map = new GlMap({
    container,
    style: { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint: { 'background-color': palette.peek().bg } }] },
    center: [114.055, 22.545],
    zoom: 11,
    minZoom: 5,
    maxZoom: 18,
    dragRotate: false,
    pitchWithRotate: false,
    attributionControl: false,
    locale: { 'NavigationControl.ZoomIn': words().zoomIn, 'NavigationControl.ZoomOut': words().zoomOut, 'Map.Title': words().map },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right');
  map.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-left');
  map.getCanvas().setAttribute('aria-label', container.getAttribute('aria-label') ?? '');

  const stops: (() => void)[] = [];
  map.on('load', () => {
    drawIcons(map, palette.peek());
    stops.push(
      effect(() => { drawIcons(map, palette.value); map.setPaintProperty('ground', 'background-color', palette.value.bg); }),
      ...layers.map((layer) => layer(map)),
      followPeople(),
    );
    container.dataset.ready = 'true';
  });
  stops.push(askForBoundaries(), ...camera(map), ...pointing(map));
  return () => {
    answerCommands(null);
    for (const stop of stops) stop();
    map.remove();
  };
}

function askForBoundaries(): () => void {
  return effect(() => {
    const region = me.value?.region;
    if (!region) return;
    for (const level of [3, 4, 5]) if (level >= region.level) void readBoundaries(region.code, level);
    if (region.level === 3) void readNeighbours();
  });
}

function camera(map: GlMap): (() => void)[] {
  const region = () => boxOf([...boundaries.peek().values()].flatMap((level) => level.features));
  const showRegion = () => { const box = region(); if (box) map.fitBounds(box, { padding: 24, duration: 400 }); };
  const showAll = () => {
    const places = openIncidents.peek();
    if (places.length === 0) return showRegion();
    const xs = places.map((i) => i.longitude), ys = places.map((i) => i.latitude);
    map.fitBounds([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], { padding: 80, maxZoom: 15, duration: 400 });
  };
  const goTo = (place: { longitude: number; latitude: number }) => { map.easeTo({ center: [place.longitude, place.latitude], zoom: Math.max(map.getZoom(), 13.5), duration: 400 }); };
  answerCommands({ goTo, showAll, showRegion });
  /** All of them in the picture; nothing moves when they are already. */
  const showPlaces = (places: readonly (readonly [number, number])[]) => {
    const bounds = map.getBounds();
    if (places.every(([x, y]) => bounds.contains([x, y]))) return;
    const xs = places.map(([x]) => x), ys = places.map(([, y]) => y);
    map.fitBounds([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], { padding: 70, maxZoom: 14, duration: 400 });
  };
  let begun = false;
  let shown: string | null = null;
  return [
    effect(() => {
      if (begun || boundaries.value.size === 0) return;
      begun = true;
      const box = region();
      if (box) map.fitBounds(box, { padding: 24, duration: 0 });
    }),
    // Typed places and corners come into the picture; clicked ones are in it.
    effect(() => {
      const d = draft.value;
      const places = d ? [...d.also.flatMap((s) => { const at = placeOf(s); return at ? [[at.longitude, at.latitude] as const] : []; }), ...cornersOf(d.area)] : [];
      const main = whereabouts.value.state === 'found' ? [[whereabouts.value.located.longitude, whereabouts.value.located.latitude] as const] : [];
      if (places.length > 0) showPlaces([...main, ...places]);
    }),
    effect(() => {
      const incident = selected.value;
      if (!incident || incident.id === shown) return;
      shown = incident.id;
      if (incident.alsoAt || incident.area) return showPlaces([[incident.longitude, incident.latitude], ...(incident.alsoAt ?? []), ...(incident.area ?? [])]);
      if (!map.getBounds().contains([incident.longitude, incident.latitude])) goTo(incident);
    }),
  ];
}

/** A click places the incident being raised; a right click or a long press begins one; Enter on the map takes its centre, Backspace takes the
 *  last further place or corner back. */
function pointing(map: GlMap): (() => void)[] {
  map.on('click', (event) => {
    if (!draft.peek() || (map.getLayer('incidents') && map.queryRenderedFeatures(event.point, { layers: ['incidents'] }).length > 0)) return;
    placeAt({ longitude: event.lngLat.lng, latitude: event.lngLat.lat });
  });
  map.on('contextmenu', (event) => {
    event.preventDefault();
    openRaise({ longitude: event.lngLat.lng, latitude: event.lngLat.lat });
  });
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Backspace' && draft.peek() && aim.peek() !== 'place') { event.preventDefault(); takeBack(); return; }
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || !draft.peek()) return; // with Ctrl it sends
    const centre = map.getCenter();
    placeAt({ longitude: centre.lng, latitude: centre.lat });
  };
  map.getCanvas().addEventListener('keydown', onKey);
  return [
    () => map.getCanvas().removeEventListener('keydown', onKey),
    effect(() => { map.getCanvas().style.cursor = draft.value ? 'crosshair' : ''; }),
  ];
}

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { aim, draft } from '../actions/raising';
import { Icon, StateGlyph } from '../board/glyphs';
import { boundaries } from '../live/boundaries';
import { calloutStates } from '../words/domain';
import { words } from '../words/console';
import { raiseWords } from '../words/raise';
import type { CalloutState } from '../live/contract';
import { mapCommands } from './commands';
import { onDutyCounts } from './people';
import { shownLayers, switchLayer, type LayerName } from './shown';

const legend: CalloutState[] = ['offered', 'accepted', 'enRoute', 'onScene', 'standby'];

export function MapPane() {
  const w = words();
  const place = useRef<HTMLDivElement>(null);
  const state = useSignal<'loading' | 'shown' | 'noWebGl' | 'failed'>('loading');
  const attempt = useSignal(0);
  useEffect(() => {
    let stop: (() => void) | undefined;
    let left = false;
    if (!hasWebGl()) { state.value = 'noWebGl'; return; }
    state.value = 'loading';
    void import('./map').then(
      ({ startMap }) => { if (!left && place.current) { stop = startMap(place.current); state.value = 'shown'; } },
    ).catch(() => { state.value = 'failed'; });
    return () => { left = true; stop?.(); };
  }, [attempt.value]);
  const schematic = [...boundaries.value.values()].some((level) => level.features.some((f) => f.properties.boundaryKind === 'schematic'));
  return (
    <section class="map-pane" aria-label={w.map}>
      <div id="map" ref={place} class={draft.value ? 'placing' : ''} aria-label={w.map} />
      {state.value === 'noWebGl' && <p class="map-note"><Icon name="warn" />{w.noMap}</p>}
      {state.value === 'failed' && <p class="map-note"><Icon name="warn" />{w.mapFailed} <button type="button" onClick={() => { attempt.value++; }}>{w.retry}</button></p>}
      {state.value === 'shown' && (
        <>
          {schematic && <p class="schematic"><Icon name="warn" size={12} />{w.schematic}</p>}
          {draft.value && <p class="map-hint" role="status">{raiseWords().aimHint[aim.value]}</p>}
          <div class="map-tools">
            <details>
              <summary>{w.layers}</summary>
              <div class="layers">
                {([['regions', w.layerRegions], ['communities', w.layerCommunities], ['onDuty', `${w.layerOnDuty}`], ['lines', w.layerLines]] as [LayerName, string][]).map(([name, text]) => (
                  <label class="check" key={name}><input type="checkbox" checked={shownLayers.value[name]} onChange={() => switchLayer(name)} />{text}</label>
                ))}
              </div>
            </details>
            <button type="button" class="icon-button" onClick={() => mapCommands.showAll()} aria-label={w.zoomToAll} title={w.zoomToAll}><Icon name="pin" /></button>
            <button type="button" class="icon-button" onClick={() => mapCommands.showRegion()} aria-label={w.zoomToRegion} title={w.zoomToRegion}><Icon name="fit" /></button>
          </div>
          <div class="legend" aria-label={w.legend}>
            <span class="legend-incident"><i />{w.incidentShape}</span>
            {legend.map((s) => <span key={s}><StateGlyph state={s} size={11} />{calloutStates()[s]}</span>)}
            <span class="legend-duty" title={w.layerOnDuty}><i />{w.onDutyCount(onDutyCounts.value.all, onDutyCounts.value.free)}</span>
          </div>
        </>
      )}
    </section>
  );
}

function hasWebGl(): boolean {
  try { return document.createElement('canvas').getContext('webgl2') !== null; } catch { return false; }
}

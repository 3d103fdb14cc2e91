// The list of incidents: newest first and never re-ordered by urgency, so that nothing jumps away under the hand. Urgency is a flag,
// a filter and a sound.
import { useEffect, useRef } from 'preact/hooks';
import { openRaise } from '../actions/raising';
import { loaded, readEnded } from '../live/boardFeed';
import { words } from '../words/console';
import { counts, filter, query, select, selectedId, shown, step, type Filter } from './choices';
import { Icon } from './glyphs';
import { PendingRaises } from './PendingRaises';
import { Row } from './Row';

const filters: Filter[] = ['all', 'attention', 'calling', 'complete', 'ended'];

export function Board() {
  const w = words();
  const list = useRef<HTMLUListElement>(null);
  const chosen = selectedId.value;
  useEffect(() => {
    if (chosen) document.getElementById(`incident-${chosen}`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  useEffect(() => { if (filter.value === 'ended') void readEnded(); }, [filter.value]);

  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0) step(by);
    else if (event.key === 'Home') select(shown.peek()[0]?.id ?? null);
    else if (event.key === 'End') select(shown.peek().at(-1)?.id ?? null);
    else if (event.key === 'Enter') document.querySelector<HTMLElement>('#panel')?.focus();
    else return;
    event.preventDefault();
  };

  return (
    <section class="board" aria-label={w.board}>
      <header class="board-head">
        <h2>{w.board}</h2>
        <button type="button" class="primary" onClick={() => openRaise()} data-key="n"><Icon name="plus" />{w.raise}<kbd>N</kbd></button>
      </header>
      <div class="search">
        <input id="search" type="search" placeholder={`${w.search}  /`} aria-label={w.search} value={query.value}
               onInput={(e) => { query.value = e.currentTarget.value; }}
               onKeyDown={(e) => { if (e.key === 'Enter' || e.key === 'ArrowDown') { e.preventDefault(); list.current?.focus(); if (!selectedId.peek()) step(1); } }} />
      </div>
      <div class="filters" role="group" aria-label={w.board}>
        {filters.map((key) => (
          <button type="button" key={key} aria-pressed={filter.value === key} class={key === 'attention' && counts.value.attention > 0 ? 'hot' : ''} onClick={() => { filter.value = key; }}>
            {w[key]}{key !== 'ended' && <span class="num">{counts.value[key]}</span>}
          </button>
        ))}
      </div>
      <PendingRaises />
      <ul ref={list} class="rows" role="listbox" tabIndex={0} aria-label={w.board} onKeyDown={onKeyDown}
          aria-activedescendant={chosen && shown.value.some((i) => i.id === chosen) ? `incident-${chosen}` : undefined}>
        {shown.value.map((incident) => <Row key={incident.id} incident={incident} chosen={incident.id === chosen} />)}
      </ul>
      {shown.value.length === 0 && <p class="empty">{!loaded.value ? w.loadingBoard : filter.value === 'all' && query.value === '' ? w.nothingOpen : w.nothingFound}</p>}
    </section>
  );
}

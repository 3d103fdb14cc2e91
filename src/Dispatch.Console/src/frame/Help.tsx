import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { keyWords, raiseWords } from '../words/raise';
import { words } from '../words/console';

export const helpOpen = signal(false);

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => { if (helpOpen.value && !dialog.current?.open) dialog.current?.showModal(); }, [helpOpen.value]);
  if (!helpOpen.value) return null;
  const k = keyWords();
  const rows: [string, string][] = [
    ['J ↓', k.j], ['K ↑', k.k], ['N', k.n], ['/', k.slash], ['E', k.e], ['H', k.h], ['R', k.r], ['C', k.c], ['X', k.x], ['1 2 3', k.one], ['A', k.a],
    ['Z', k.z], ['M', k.m], ['G', k.g], ['U', k.u], ['S', k.s], ['T', k.t], ['L', k.l], ['?', k.help], ['Esc', k.esc],
  ];
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onCancel={() => { helpOpen.value = false; }} onClose={() => { helpOpen.value = false; }}>
      <h2 id="help-title">{raiseWords().keysTitle}</h2>
      <dl>{rows.map(([key, text]) => <div key={key}><dt>{key.split(' ').map((x) => <kbd key={x}>{x}</kbd>)}</dt><dd>{text}</dd></div>)}</dl>
      <form method="dialog"><button type="submit" autoFocus>{words().back}</button></form>
    </dialog>
  );
}

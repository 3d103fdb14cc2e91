// Small pieces that several screens share.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { now } from '../../live/clock';
import { lang, switchLang } from '../../words/lang';
import { timeOf, whenOf } from '../../words/times';
import { box, flush } from '../orders';
import { progress } from '../outbox';
import { freshness, zone } from '../phone';
import { signedIn } from '../tokens';
import { w } from '../words';
import { Icon, type Shape } from './Icon';

/** How old the picture is, always on the screen, in a sign and in words. */
export function TopBar() {
  const fresh = freshness.value;
  const since = 'since' in fresh && fresh.since !== null ? whenOf(fresh.since, zone.value, now.value) : null;
  const text = fresh.kind === 'live' ? w().live : fresh.kind === 'catchingUp' ? w().catchingUp
    : since === null ? w().never : fresh.kind === 'slow' ? w().slow(since) : w().noneSince(since);
  const shape: Shape = fresh.kind === 'live' ? 'link' : fresh.kind === 'none' ? 'nolink' : 'again';
  return (
    <header class="top">
      {signedIn.value === 'in'
        ? <p class={`fresh ${fresh.kind}`} role="status"><Icon shape={shape} size="1.2em" /><span>{text}</span></p>
        : <p class="fresh">{w().title}</p>}
      <button type="button" class="lang" lang={lang.value === 'zh' ? 'en' : 'zh-CN'} onClick={switchLang}>{w().otherLanguage}</button>
    </header>
  );
}

/** Where a thing pressed stands: on its way, not confirmed, or confirmed. Nothing else is ever called done. */
export function Standing({ lane, what, confirmed }: { lane: string; what?: string; confirmed?: number | null }) {
  const at = progress(box.value, lane, now.value);
  const lead = what ? `${what} · ` : '';
  if (at === 'sending') return <p class="standing sending" role="status"><Icon shape="again" /><span>{lead}{w().sending}</span></p>;
  if (at === 'retrying') {
    return (
      <div class="standing retrying" role="status">
        <p><Icon shape="warning" /><span>{lead}{w().retrying}</span></p>
        <button type="button" onClick={() => flush(true)}>{w().tryNow}</button>
      </div>
    );
  }
  return confirmed ? <p class="standing confirmed" role="status"><Icon shape="tick" /><span>{w().confirmed(timeOf(confirmed, zone.value))}</span></p> : null;
}

const settleMs = 700;
/** False for a moment after the screen has changed: the second tap of a double tap hits a button that was not there when the thumb came down. */
export function useSettled(view: string): boolean {
  const [settled, setSettled] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSettled(view), settleMs);
    return () => clearTimeout(timer);
  }, [view]);
  return settled === view;
}

export function Press({ kind, shape, armed = true, onPress, children }: {
  kind: 'yes' | 'no' | 'plain'; shape?: Shape; armed?: boolean; onPress: () => void; children: ComponentChildren;
}) {
  return (
    <button type="button" class={`press ${kind}`} aria-disabled={armed ? undefined : 'true'} onClick={() => { if (armed) onPress(); }}>
      {shape && <Icon shape={shape} />}<span>{children}</span>
    </button>
  );
}

export const Row = ({ to, shape, title, children }: { to: string; shape: Shape; title: string; children?: ComponentChildren }) => (
  <a class="row" href={`#${to}`}><Icon shape={shape} /><span class="grow"><b>{title}</b>{children && <span class="small">{children}</span>}</span><Icon shape="more" /></a>
);

export function Page({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <main class="page">
      <div class="head"><a class="press plain back" href="#home"><Icon shape="back" /><span>{w().back}</span></a><h1 tabIndex={-1}>{title}</h1></div>
      {children}
    </main>
  );
}

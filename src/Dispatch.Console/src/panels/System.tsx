// Is the system itself healthy? One sentence and one colour on top; below it, why. The page asks for itself: it does not need the live line.
import { useEffect } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Icon } from '../board/glyphs';
import { ageOf, isOld, system, tick, watchSystem, type Heard, type Known, type Latency, type Line, type SystemView } from '../live/system';
import { zone } from '../live/signing';
import { lang, textOf } from '../words/lang';
import { channelReasonOf, channels } from '../words/channels';
import { systemWords } from '../words/system';
import { bytes, milliseconds, plain, seconds } from '../words/units';
import { whenOf } from '../words/times';
import { Spark } from './Spark';

type State = 'ok' | 'watch' | 'bad';

export function System() {
  const w = systemWords();
  useEffect(watchSystem, []);
  const heard = system.value;
  const old = !heard || isOld(heard, tick.value);
  return (
    <main class={`system${heard && old ? ' is-old' : ''}`} aria-labelledby="system-title">
      <h1 id="system-title" class="visually-hidden">{w.title}</h1>
      {heard ? <Verdict heard={heard} old={old} /> : <p class="verdict verdict-none" role="status"><span>{w.asking}</span></p>}
      {heard && <div class="system-body">
        <Reasons view={heard.value} />
        {heard.value.parts ? <Picture parts={heard.value.parts} /> : <p class="empty">{w.unknown}</p>}
      </div>}
    </main>
  );
}

/** One sentence, one colour, one shape. When the server is silent that is the sentence, whatever it said last. */
function Verdict({ heard, old }: { heard: Heard<SystemView>; old: boolean }) {
  const w = systemWords();
  const { level, sentence, sentenceEn } = heard.value;
  const age = Math.round(ageOf(heard, tick.value) / 1000);
  const shown = old ? 'none' : level;
  return (
    <section class={`verdict verdict-${shown}`} data-level={shown} role={old || level === 'bad' ? 'alert' : 'status'}>
      <Icon name={shown === 'good' ? 'check' : shown === 'watch' ? 'warn' : 'cross'} size={34} />
      <b>{old ? w.old(seconds(age)) : lang.value === 'en' ? sentenceEn : sentence}</b>
      {!old && <span class="muted num" aria-hidden="true">{w.updated(age)}</span>}
    </section>
  );
}

function Reasons({ view }: { view: SystemView }) {
  const w = systemWords();
  const others = view.reasons.filter((reason) => reason.text !== view.sentence); // what the sentence says is not said twice
  if (others.length === 0) return null;
  return (
    <section aria-label={w.attention}>
      <ul class="reasons">
        {others.map((reason) => <li key={reason.code + reason.text} class={`notice ${reason.weight === 'notReady' || reason.code === 'auditorSilent' || reason.code === 'overdue' ? 'bad' : 'warn'}`}><Icon name="warn" /><span>{textOf(reason)}</span></li>)}
      </ul>
    </section>
  );
}

function Picture({ parts }: { parts: Known }) {
  const w = systemWords();
  const { plots, lastHour } = parts;
  const [none, connected, away] = w.redisWords.split('|') as [string, string, string];
  const disk = parts.nodes.filter((node) => !node.gone && node.diskFreeBytes !== null).sort((a, b) => a.diskFreeBytes! - b.diskFreeBytes!)[0];
  const lag = Math.max(0, ...parts.nodes.filter((node) => !node.gone).map((node) => node.lagMs));
  const queue = Math.max(0, ...parts.nodes.filter((node) => !node.gone).map((node) => node.queueMax));
  const up = parts.nodes.filter((node) => !node.gone);
  const audit = parts.auditorAgeSeconds;
  return (
    <>
      <Group title={w.speed} hint={w.speedHint}>
        <Speed name={w.raiseToPhone} latency={parts.raiseToPhone} line={plots.raiseToPhoneP95} bound={1000} />
        <Speed name={w.acceptToConsole} latency={parts.acceptToConsole} line={plots.acceptToConsoleP95} bound={500} />
        <Tile name={w.lag} hint={w.lagHint} value={milliseconds(lag)} state={lag > 3000 ? 'bad' : lag > 1000 ? 'watch' : 'ok'} line={plots.lag} format={milliseconds} bound={1000} />
        <Tile name={w.queue} hint={w.queueHint} value={plain(queue)} state={queue > 1000 ? 'watch' : 'ok'} line={plots.queue} format={plain} />
      </Group>
      <Group title={w.work}>
        <Tile name={w.undelivered} hint={w.undeliveredHint} value={plain(parts.undelivered)} state={parts.undelivered > 0 ? 'watch' : 'ok'} line={plots.undelivered} format={plain} />
        <Tile name={w.overdue} hint={w.overdueHint} value={plain(parts.overdue)} state={parts.overdue > 0 ? 'bad' : 'ok'} line={plots.overdue} format={plain} />
        <Tile name={w.missed} hint={w.missedHint} value={plain(lastHour.timersMissed)} state={lastHour.timersMissed > 0 ? 'watch' : 'ok'} line={plots.timersMissed} format={plain} />
        <Tile name={w.notConfirmed} hint={w.notConfirmedHint} value={plain(lastHour.notConfirmed)} state={lastHour.notConfirmed > 0 ? 'watch' : 'ok'} line={plots.notConfirmed} format={plain} />
        <Tile name={w.cut} hint={w.cutHint} value={plain(lastHour.clientsCut)} state="ok" line={plots.clientsCut} format={plain} />
        <Tile name={w.errors} hint={w.errorsHint} value={plain(lastHour.errors)} state={lastHour.errors > 0 ? 'watch' : 'ok'} line={plots.errors} format={plain} />
        <Tile name={w.phones} value={plain(up.reduce((sum, node) => sum + node.phones, 0))} state="ok" line={plots.phones} format={plain} />
        <Tile name={w.consoles} value={plain(up.reduce((sum, node) => sum + node.consoles, 0))} state="ok" line={plots.consoles} format={plain} />
      </Group>
      <Group title={w.parts}>
        <Part name={w.postgres} state={parts.postgres.connections > parts.postgres.mostConnections * 0.9 ? 'watch' : 'ok'}>
          {parts.postgres.version} · {w.roundTrip(milliseconds(parts.postgres.roundTripMs))} · {w.connectionsOf(parts.postgres.connections, parts.postgres.mostConnections)}
        </Part>
        <Part name={w.auditor} state={audit === null || audit > 10 ? 'bad' : 'ok'}>{audit === null ? w.neverBeat : w.beat(seconds(audit))}</Part>
        <Part name={w.redis} state={parts.redis === 'away' ? 'watch' : 'ok'}>{parts.redis === 'notConfigured' ? none : parts.redis === 'connected' ? connected : away}</Part>
        <Part name={w.disk} state={disk && disk.diskFreeBytes! < Math.max(2e9, disk.diskBytes! / 50) ? 'watch' : 'ok'}>{disk ? w.diskFree(bytes(disk.diskFreeBytes!), bytes(disk.diskBytes!)) : w.diskUnknown}</Part>
        <Part name={w.record} state={parts.record && parts.record.flaws > 0 ? 'bad' : 'ok'}>{!parts.record ? w.recordUnchecked : parts.record.flaws > 0 ? w.recordFlawed(parts.record.flaws) : w.recordHolds(plain(parts.record.facts), whenOf(parts.record.allCheckedAt, zone(), Date.now()), whenOf(parts.record.checkedAt, zone(), Date.now()))}</Part>
        {parts.channels.map((one) => (
          <Part key={one.channel} name={w.channel(channels()[one.channel])} state={one.gatewayFailures > 0 ? 'bad' : one.failed + one.retrying > 0 ? 'watch' : 'ok'}>
            {w.channelCounts(one.sent, one.delivered, one.failed, one.retrying)}{one.lastReason && one.failed + one.retrying > 0 ? ` · ${channelReasonOf(one.lastReason)}` : ''}
          </Part>
        ))}
        <Part name={w.quarantined} state={parts.quarantined > 0 ? 'watch' : 'ok'}>{plain(parts.quarantined)} · {w.quarantinedHint}</Part>
      </Group>
      <Nodes parts={parts} />
    </>
  );
}

const Group = ({ title, hint, children }: { title: string; hint?: string; children: ComponentChildren }) => (
  <section class="system-group" aria-label={title}>
    <h2>{title}{hint && <small class="muted">{hint}</small>}</h2>
    <div class={"tiles tiles-4"}>{children}</div>
  </section>
);

function Speed({ name, latency, line, bound }: { name: string; latency: Latency; line: Line; bound: number }) {
  const w = systemWords();
  const slow = latency.p95Ms !== null && latency.p95Ms > bound;
  return (
    <article class={`tile tile-${slow ? 'watch' : 'ok'}`} data-tile={name}>
      <h3><Mark state={slow ? 'watch' : 'ok'} />{name}</h3>
      {latency.p50Ms === null || latency.p95Ms === null ? <p class="tile-value muted">{w.noSample}</p> : (
        <p class="tile-value num">{milliseconds(latency.p50Ms)}<small>{w.p50}</small>{milliseconds(latency.p95Ms)}<small>{w.p95} · {w.samples(latency.count)}</small></p>
      )}
      <Spark name={name} line={line} format={milliseconds} bound={bound} />
    </article>
  );
}

const Tile = ({ name, hint, value, state, line, format, bound }: { name: string; hint?: string; value: string; state: State; line: Line; format: (value: number) => string; bound?: number }) => (
  <article class={`tile tile-${state}`} data-tile={name}>
    <h3><Mark state={state} />{name}</h3>
    <p class="tile-value num">{value}{hint && <small>{hint}</small>}</p>
    <Spark name={name} line={line} format={format} bound={bound} />
  </article>
);

const Part = ({ name, state, children }: { name: string; state: State; children: ComponentChildren }) => (
  <article class={`tile part tile-${state}`} data-tile={name}><h3><Mark state={state} />{name}</h3><p class="num">{children}</p></article>
);

/** Colour, shape and word. */
function Mark({ state }: { state: State }) {
  const w = systemWords();
  return <span class={`mark mark-${state}`} title={w[state]}><Icon name={state === 'ok' ? 'check' : state === 'watch' ? 'warn' : 'cross'} size={13} /><span class="visually-hidden">{w[state]}</span></span>;
}

function Nodes({ parts }: { parts: Known }) {
  const w = systemWords();
  const at = Date.now();
  return (
    <section class="system-group" aria-label={w.nodes}>
      <h2>{w.nodes}</h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={w.nodes}>
        <table>
          <thead><tr><th>{w.node}</th><th>{w.version}</th><th>{w.started}</th><th>{w.seen}</th><th>{w.connections}</th><th>{w.queues}</th><th>{w.lag}</th><th>{w.memory}</th></tr></thead>
          <tbody>
            {parts.nodes.map((node) => (
              <tr key={node.id} data-node={node.id} class={node.gone ? 'node-gone' : ''}>
                <th scope="row"><Mark state={node.gone ? 'bad' : 'ok'} />{node.name}{node.answering && <small class="tag">{w.thisOne}</small>}{node.draining && !node.gone && <small class="tag">{w.draining}</small>}</th>
                <td>{node.version.split('+')[0]}</td>
                <td class="num">{whenOf(node.startedAt, zone(), at)}</td>
                <td class="num">{node.gone ? <b class="doubt">{w.goneFor(seconds(node.silentSeconds))}</b> : w.ago(seconds(node.silentSeconds))}</td>
                {node.gone ? <td colSpan={4} class="muted">—</td> : <>
                  <td class="num">{node.phones} / {node.consoles}</td>
                  <td class="num">{node.queueMax} / {node.queueSum}</td>
                  <td class="num">{milliseconds(node.lagMs)}</td>
                  <td class="num">{bytes(node.memoryBytes)}</td>
                </>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

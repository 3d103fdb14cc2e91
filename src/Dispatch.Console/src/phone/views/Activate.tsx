// The first minute with the phone: a code from the station, typed or carried by a link (#code=…).
import { useState } from 'preact/hooks';
import { messageOf } from '../../words/lang';
import { activate, plainCode, signedIn } from '../tokens';
import { w } from '../words';
import { Icon } from './Icon';

/** A code in the address is taken out of it at once: it must not stay in the history. */
function codeFromLink(): string {
  const code = /^#code=(.+)$/.exec(location.hash)?.[1];
  if (!code) return '';
  history.replaceState(null, '', location.pathname);
  return plainCode(decodeURIComponent(code));
}

export function Activate() {
  const [code, setCode] = useState(codeFromLink);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<(() => string) | null>(null);
  const plain = plainCode(code);
  const say = (text: () => string) => setFault(() => text);
  const go = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    if (plain.length !== 8) return say(() => w().codeShort(plain.length));
    setBusy(true);
    setFault(null);
    const result = await activate(plain);
    setBusy(false);
    if (result.ok) return;
    const first = result.problem?.errors?.[0];
    say(() => result.why === 'noAnswer' ? w().noAnswer : result.why === 'tooMany' ? w().tooMany : `${w().codeWrong}${first ? ` ${messageOf(first)}` : ''}`);
  };
  return (
    <main class="page activate">
      <h1><Icon shape="shield" size="1.6em" />{w().activateTitle}</h1>
      {signedIn.value === 'ended' && <p class="refused" role="alert"><Icon shape="warning" /><span>{w().ended}</span></p>}
      <p id="how">{w().activateHow}</p>
      <form onSubmit={(event) => void go(event)}>
        <label for="code">{w().code}</label>
        <input id="code" name="code" value={code} onInput={(event) => setCode(event.currentTarget.value)} autocomplete="one-time-code" autocapitalize="characters"
          autocorrect="off" spellcheck={false} enterkeyhint="go" maxLength={20} aria-describedby="how fault" aria-invalid={fault !== null} />
        <p id="fault" class={fault ? 'refused' : ''} role="alert">{fault && <><Icon shape="warning" /><span>{fault()}</span></>}</p>
        <button type="submit" class="press yes" aria-disabled={busy ? 'true' : undefined}><span>{busy ? w().activating : w().activate}</span></button>
      </form>
    </main>
  );
}

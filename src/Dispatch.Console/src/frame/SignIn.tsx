import { useSignal } from '@preact/signals';
import type { Problem } from '../live/contract';
import { me, signIn, signOut } from '../live/signing';
import { detailOf, switchLang, titleOf } from '../words/lang';
import { words } from '../words/console';
import { Icon } from '../board/glyphs';

export function SignIn() {
  const w = words();
  const username = useSignal('');
  const password = useSignal('');
  const show = useSignal(false);
  const busy = useSignal(false);
  const problem = useSignal<Problem | 'unknown' | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    problem.value = await signIn(username.value.trim(), password.value);
    busy.value = false;
    if (problem.peek()) document.querySelector<HTMLInputElement>('#password')?.select();
  };
  return (
    <main class="sign-in">
      <form onSubmit={(e) => void submit(e)}>
        <h1>{w.title}</h1>
        <p class="muted">{w.product}</p>
        <label class="field"><span class="field-label">{w.username}</span>
          <input name="username" autoComplete="username" autoFocus required value={username.value} onInput={(e) => { username.value = e.currentTarget.value; }} /></label>
        <label class="field"><span class="field-label">{w.password}</span>
          <input id="password" name="password" type={(show.value ? 'text' : 'password') as 'password'} autoComplete="current-password" required value={password.value} onInput={(e) => { password.value = e.currentTarget.value; }} /></label>
        <label class="check"><input type="checkbox" checked={show.value} onChange={(e) => { show.value = e.currentTarget.checked; }} />{w.showPassword}</label>
        {problem.value && <p class="notice bad" role="alert"><Icon name="warn" /><span>{problem.value === 'unknown' ? w.unknownOutcome : (detailOf(problem.value) ?? titleOf(problem.value))}</span></p>}
        <button type="submit" class="primary big" disabled={busy.value}>{busy.value ? w.signingIn : w.signIn}</button>
        <p class="sign-in-foot"><button type="button" class="quiet" onClick={switchLang}>{w.language}</button></p>
      </form>
    </main>
  );
}

export function NotForVolunteers() {
  const w = words();
  return (
    <main class="sign-in"><div><h1>{w.title}</h1><p>{me.value?.name}：{w.notForVolunteers}</p>
      <p><a href="/phone.html">{w.phonePage}</a></p><button type="button" onClick={() => void signOut()}>{w.signOut}</button></div></main>
  );
}

import type { ComponentChildren } from 'preact';
import { messageOf } from '../words/lang';
import { faults } from './raising';

/** A label, its control and what is wrong with it. A fault of a part (needs[0].count) shows at the whole. */
export function Field({ name, label, hint, children, group = false }: { name: string; label: string; hint?: ComponentChildren; children: ComponentChildren; group?: boolean }) {
  const found = faultsAt(name);
  const content = (
    <>
      <span class="field-label" id={`label-${name}`}>{label}</span>
      {children}
      {hint && <span class="field-hint">{hint}</span>}
      {found.map((f) => <span key={f.field + f.message} class="fault" id={`fault-${name}`} role="alert">{messageOf(f)}</span>)}
    </>
  );
  return group ? <div class="field" role="group" aria-labelledby={`label-${name}`}>{content}</div> : <label class="field">{content}</label>;
}

export const faultsAt = (name: string) => faults.value.filter((f) => f.field === name || f.field.startsWith(`${name}.`) || f.field.startsWith(`${name}[`));

/** aria-invalid and what describes the fault, for the control itself. */
export const invalidAt = (name: string) => (faultsAt(name).length > 0 ? { 'aria-invalid': true as const, 'aria-describedby': `fault-${name}` } : {});

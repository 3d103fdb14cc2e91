import { qualifications } from '../live/reference';
import { nameOf } from '../words/lang';
import { raiseWords } from '../words/raise';
import { Icon, QualificationGlyph } from '../board/glyphs';
import { Field, invalidAt } from './Field';
import { draft, edit } from './raising';

export function NeedsEditor({ disabled }: { disabled: boolean }) {
  const w = raiseWords();
  const d = draft.value!;
  const put = (needs: typeof d.needs) => edit({ needs, own: { ...d.own, needs: true } });
  const change = (index: number, to: Partial<(typeof d.needs)[number]>) => put(d.needs.map((n, i) => (i === index ? { ...n, ...to } : n)));
  const free = qualifications.value.find((q) => !d.needs.some((n) => n.qualification === q.key));
  return (
    <Field name="needs" label={w.needs} group hint={d.needs.length > 0 ? w.total(d.needs.reduce((sum, n) => sum + (n.count || 0), 0)) : undefined}>
      {d.needs.map((need, index) => (
        <div class="need-edit" key={index}>
          <QualificationGlyph of={need.qualification} size={15} />
          <select aria-label={`${w.qualification} ${index + 1}`} disabled={disabled} value={need.qualification} {...invalidAt(`needs[${index}]`)} onChange={(e) => change(index, { qualification: e.currentTarget.value })}>
            {qualifications.value.map((q) => <option key={q.key} value={q.key}>{q.parent ? `\u2003${nameOf(q)}` : nameOf(q)}</option>)}
          </select>
          <input type="number" class="num" min={1} max={500} step={1} aria-label={`${w.count} ${index + 1}`} disabled={disabled} value={need.count} {...invalidAt('needs')}
                 onInput={(e) => change(index, { count: e.currentTarget.valueAsNumber })} />
          <button type="button" class="icon-button" aria-label={`${w.removeNeed} ${index + 1}`} disabled={disabled} onClick={() => put(d.needs.filter((_, i) => i !== index))}><Icon name="cross" size={12} /></button>
        </div>
      ))}
      <button type="button" class="link" disabled={disabled || !free} onClick={() => free && put([...d.needs, { qualification: free.key, count: 1 }])} {...(d.needs.length === 0 ? invalidAt('needs') : {})}>
        <Icon name="plus" size={12} />{w.addNeed}
      </button>
    </Field>
  );
}

// Find by name in either language, by key, or by pinyin initials; arrows and Enter choose. One tab stop.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Category } from '../live/contract';
import { categories } from '../live/reference';
import { incidentClasses } from '../words/domain';
import { nameOf } from '../words/lang';
import { pinyin, raiseWords } from '../words/raise';
import { Icon } from '../board/glyphs';
import { invalidAt } from './Field';
import { choose, draft, draftCategory } from './raising';

export const matches = (category: Category, text: string): boolean => {
  const wanted = text.trim().toLowerCase();
  return [category.name, category.nameEn.toLowerCase(), category.key.toLowerCase()].some((n) => n.includes(wanted)) || (pinyin[category.key] ?? '').startsWith(wanted);
};

export function CategoryPicker({ disabled }: { disabled: boolean }) {
  const w = raiseWords();
  const text = useSignal('');
  const open = useSignal(draftCategory.peek() === null);
  const active = useSignal(0);
  const found = categories.value.filter((c) => text.value === '' || matches(c, text.value));
  const chosen = draftCategory.value;
  useEffect(() => { if (open.value) document.getElementById(`category-${active.value}`)?.scrollIntoView({ block: 'nearest' }); }, [active.value, open.value]);

  const take = (category: Category | undefined) => {
    if (!category) return;
    choose(category.key);
    text.value = '';
    open.value = false;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === 'ArrowDown') { if (!open.value) open.value = true; else active.value = Math.min(found.length - 1, active.value + 1); }
    else if (event.key === 'ArrowUp') active.value = Math.max(0, active.value - 1);
    else if (event.key === 'Enter' && open.value) take(found[active.value]);
    else if (event.key === 'Escape' && open.value && chosen) { open.value = false; event.stopPropagation(); }
    else return;
    event.preventDefault();
  };

  return (
    <div class="picker">
      <input
        data-first type="text" role="combobox" aria-expanded={open.value} aria-controls="categories" aria-autocomplete="list" disabled={disabled} autoComplete="off"
        aria-activedescendant={open.value && found[active.value] ? `category-${active.value}` : undefined} aria-label={w.category}
        placeholder={chosen && !open.value ? nameOf(chosen) : w.findCategory} class={chosen && text.value === '' ? 'has-choice' : ''} {...invalidAt('category')}
        value={text.value} onFocus={() => { active.value = 0; }} onClick={() => { open.value = true; }}
        onInput={(e) => { text.value = e.currentTarget.value; active.value = 0; open.value = true; }} onKeyDown={onKeyDown}
        onBlur={() => { if (chosen) setTimeout(() => { open.value = false; }, 150); }}
      />
      {open.value && (
        <ul id="categories" role="listbox" aria-label={w.category} class="picker-list">
          {found.map((category, index) => (
            <li key={category.key} id={`category-${index}`} role="option" aria-selected={index === active.value} class={category.key === draft.value?.category ? 'current' : ''}
                onMouseDown={(e) => { e.preventDefault(); take(category); }} onMouseMove={() => { active.value = index; }}>
              <span>{nameOf(category)}</span>
              <span class="muted">{category.lifeCritical && <Icon name="warn" size={11} />}{incidentClasses()[category.class]}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

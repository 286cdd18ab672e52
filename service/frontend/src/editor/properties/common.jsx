/** @jsxImportSource @bpmn-io/properties-panel/preact */
// The entries that our groups are made of. Each is a plain object: {id, component, label, get, set, …}.
import {
  CheckboxEntry, SelectEntry, TextAreaEntry, TextFieldEntry, isCheckboxEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { createContext } from '@bpmn-io/properties-panel/preact';
import { useContext, useEffect, useState } from '@bpmn-io/properties-panel/preact/hooks';
import { translate } from '../translate.js';

export const Services = createContext(null);

const useDebounce = () => useContext(Services).get('debounceInput');

const Text = (props) => <TextFieldEntry {...props} debounce={useDebounce()} getValue={() => props.get() ?? ''} setValue={props.set} />;
const Area = (props) => <TextAreaEntry rows={3} {...props} translate={translate} debounce={useDebounce()} getValue={() => props.get() ?? ''} setValue={props.set} />;
const Choice = (props) => <SelectEntry {...props} getOptions={props.options} getValue={() => props.get() ?? ''} setValue={props.set} />;
const Check = (props) => <CheckboxEntry {...props} getValue={() => Boolean(props.get())} setValue={props.set} />;

/** A line of text; `description` explains it. */
export const text = (id, label, get, set, extra = {}) => ({ id, label, get, set, component: Text, isEdited: isTextFieldEntryEdited, ...extra });

export const area = (id, label, get, set, extra = {}) => ({ id, label, get, set, component: Area, isEdited: isTextAreaEntryEdited, ...extra });

/** FEEL typed by hand. */
export const feel = (id, label, get, set, extra = {}) => area(id, label, get, set, { monospace: true, rows: 3, ...extra });

/** One of `options()`: [{value, label}] or [{label, children: […]}]; the empty value is added when `empty` names it. */
export function choice(id, label, get, set, options, { empty, ...extra } = {}) {
  const all = () => {
    const list = [ ...(empty === undefined ? [] : [ { value: '', label: empty } ]), ...options() ];
    const value = get();
    const known = list.some((one) => one.value === value || one.children?.some((child) => child.value === value));
    // What the file says stays to be seen, though nobody offers it: the server's finding says what is wrong with it.
    return !value || known ? list : [ ...list, { value, label: `${value} (tidak dikenal)` } ];
  };
  return { id, label, get, set: (value) => set(value || undefined), options: all, component: Choice, isEdited: isSelectEntryEdited, ...extra };
}

export const check = (id, label, get, set, extra = {}) => ({ id, label, get, set, component: Check, isEdited: isCheckboxEntryEdited, ...extra });

/** A line of text with suggestions from which anything may be chosen, or nothing. */
export const suggest = (id, label, get, set, options, extra = {}) => ({ id, label, get, set, options, component: Suggest, ...extra });

function Suggest({ id, label, get, set, options, description, element }) {
  const stored = get() ?? '';
  const [ value, setValue ] = useState(stored);
  useEffect(() => setValue(stored), [ stored, element ]);
  const commit = (event) => {
    const now = event.target.value.trim();
    if (now !== stored) set(now || undefined);
  };
  return (
    <div class="bio-properties-panel-entry" data-entry-id={id}>
      <div class="bio-properties-panel-textfield">
        <label class="bio-properties-panel-label" for={`bio-properties-panel-${id}`}>{label}</label>
        <input class="bio-properties-panel-input" id={`bio-properties-panel-${id}`} type="text" autoComplete="off" spellCheck={false} list={`${id}-saran`} value={value}
          onInput={(event) => setValue(event.target.value)} onChange={commit} onBlur={commit} />
        <datalist id={`${id}-saran`}>{options().map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}</datalist>
      </div>
      {description ? <div class="bio-properties-panel-description">{description}</div> : null}
    </div>
  );
}

/** A paragraph. */
export const note = (id, words, kind = '') => ({ id, component: () => <p class={`alur-panel-kabar ${kind}`} data-entry-id={id}>{words}</p> });

/** Buttons in a row: [{label, act, href}]. */
export const buttons = (id, list) => ({
  id,
  component: () => (
    <div class="bio-properties-panel-entry alur-panel-tombol" data-entry-id={id}>
      {list.filter(Boolean).map(({ label, act, href }) => (href
        ? <a key={label} class="btn btn-sm btn-outline-secondary" href={href} target="_blank" rel="opener">{label}</a>
        : <button key={label} type="button" class="btn btn-sm btn-outline-secondary" onClick={act}>{label}</button>))}
    </div>
  ),
});

export const options = (list, label = (one) => one.label) => list.map((one) => ({ value: one.value ?? one.id ?? one.code ?? one.key, label: label(one) }));

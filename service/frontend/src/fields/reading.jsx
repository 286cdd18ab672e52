// Read-only fields are text to be read, not inputs that refuse to be used. They keep label and value together for
// screen readers, and are a fraction of the cost: a row of step 5 has some twenty of them.
import { Checkbox, Checklist, Description, Label, Radio, Taglist, Textarea, Textfield, hasEqualValue, useOptionsAsync } from '@bpmn-io/form-js-viewer';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { described, frame, useService } from './common.jsx';

/** A value as text under its label. */
export function Reading({ type, props, label, text }) {
  const { domId, field } = props;
  // How to fill a field in is of no use where nothing can be filled in; what a single read-only field says of itself is.
  const hint = field.description && !useService('form')._getState().properties.readOnly;
  return (
    <div class={`${frame(type, { ...props, errors: [] })} alur-baca`}>
      <Label htmlFor={domId} label={label ?? field.label} />
      <output id={domId} class={`alur-teks${text ? '' : ' alur-teks-kosong'}`} aria-describedby={hint ? `${domId}-description` : undefined}>{text || '–'}</output>
      {hint && <Description id={`${domId}-description`} description={field.description} />}
    </div>
  );
}

const adorned = (field, text) => {
  const { prefixAdorner, suffixAdorner } = field.appearance ?? {};
  const plain = (one) => (typeof one === 'string' && !one.startsWith('=') ? one : '');
  return text ? [ plain(prefixAdorner), text, plain(suffixAdorner) ].filter(Boolean).join(' ') : text;
};

export const withAdorners = adorned;

function reading(Original, words) {
  function Field(props) {
    return props.readonly ? <Reading type={props.field.type} props={props} text={words(props)} /> : <Original {...props} />;
  }
  Field.config = Original.config;
  return Field;
}

/** The same for fields whose options may come from the form's data. */
function readingOptions(Original, many) {
  function Chosen(props) {
    const { options } = useOptionsAsync(props.field);
    const chosen = many ? (Array.isArray(props.value) ? props.value : []) : props.value === null || props.value === undefined || props.value === '' ? [] : [ props.value ];
    const labels = chosen.map((value) => options.find((option) => hasEqualValue(option.value, [ value ]))?.label ?? String(value));
    return <Reading type={props.field.type} props={props} text={labels.join(', ')} />;
  }
  function Field(props) {
    return props.readonly ? <Chosen {...props} /> : <Original {...props} />;
  }
  Field.config = Original.config;
  return Field;
}

/** In a cell of a table a one-line text wraps instead of hiding behind the edge of its cell. */
function CellText(props) {
  const { field, domId, value, errors = [], disabled, onBlur, onChange, onFocus } = props;
  const area = useRef(null);
  const fit = () => {
    const node = area.current;
    if (!node || CSS.supports('field-sizing', 'content')) return;
    node.style.height = 'auto';
    node.style.height = `${node.scrollHeight + 2}px`;
  };
  useLayoutEffect(fit, [ value ]);
  return (
    <div class={frame('textfield', props)}>
      <Label htmlFor={domId} label={field.label} required={field.validate?.required} />
      <textarea
        ref={area} id={domId} class="fjs-textarea alur-sel-teks" rows={1} value={value ?? ''} disabled={disabled} required={field.validate?.required}
        aria-invalid={errors.length > 0} aria-describedby={described(domId, field, errors)} autoComplete="off"
        onInput={({ currentTarget }) => onChange({ value: currentTarget.value.replace(/\s*\n\s*/g, ' ') })}
        onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()} onBlur={() => onBlur?.()} onFocus={() => onFocus?.()}
      />
      <Description id={`${domId}-description`} description={field.description} />
      <FieldErrors id={`${domId}-error-message`} errors={errors} />
    </div>
  );
}

function FieldErrors({ id, errors }) {
  if (!errors.length) return null;
  return <div class="fjs-form-field-error" aria-live="polite" id={id}><ul>{errors.map((message, index) => <li key={index}>{message}</li>)}</ul></div>;
}

const ReadableText = reading(Textfield, ({ field, value }) => adorned(field, String(value ?? '')));

export function TextField(props) {
  return props.alurCell && !props.field.appearance && !props.readonly ? <CellText {...props} /> : <ReadableText {...props} />;
}

TextField.config = Textfield.config;

export const TextareaField = reading(Textarea, ({ value }) => String(value ?? ''));
export const CheckboxField = reading(Checkbox, ({ value }) => (value === true ? 'Ya' : 'Tidak'));
export const RadioField = readingOptions(Radio, false);
export const ChecklistField = readingOptions(Checklist, true);
export const TaglistField = readingOptions(Taglist, true);

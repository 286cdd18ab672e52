import { Description, Errors, Label, Select, hasEqualValue, useOptionsAsync } from '@bpmn-io/form-js-viewer';
import { described, frame } from './common.jsx';
import { Reading } from './reading.jsx';

/** What stands for each option in the page: its value where all are plain texts, else its place in the list. */
function keysOf(options) {
  const values = options.map((option) => option.value);
  const plain = values.every((value) => typeof value === 'string' && value !== '' && value !== 'lain') && new Set(values).size === values.length;
  return plain ? values : values.map((_, position) => String(position));
}

/**
 * The browser's own select: works with every keyboard, screen reader and telephone, and 120 of them are cheap. In a
 * column it would cut what is chosen: there the words stand before it, on as many lines as they need.
 */
export function SelectField(props) {
  const { field, domId, value, errors = [], disabled, readonly, onBlur, onChange, onFocus } = props;
  const { label, description, validate = {} } = field;
  const { options } = useOptionsAsync(field);
  const set = value !== null && value !== undefined && value !== '';
  const index = set ? options.findIndex((option) => hasEqualValue(option.value, [ value ])) : -1;
  const keys = keysOf(options);
  const shown = index >= 0 ? options[index].label : set ? String(value) : '';
  if (readonly) return <Reading type="select" props={props} text={shown} />;
  const control = (
    <select
      id={domId} aria-describedby={described(domId, field, errors)} class="fjs-input alur-pilih" disabled={disabled} required={validate.required} aria-invalid={errors.length > 0}
      value={index >= 0 ? keys[index] : set ? 'lain' : ''}
      onChange={({ currentTarget }) => onChange({ value: options[keys.indexOf(currentTarget.value)]?.value ?? null })}
      onBlur={() => onBlur?.()} onFocus={() => onFocus?.()}
    >
      <option value="">Pilih …</option>
      {index < 0 && set && <option value="lain" disabled>{shown} (tidak ada lagi dalam pilihan)</option>}
      {options.map((option, position) => <option key={position} value={keys[position]}>{option.label}</option>)}
    </select>
  );
  return (
    <div class={frame('select', props)}>
      <Label htmlFor={domId} label={label} required={validate.required} />
      {props.alurCell ? (
        <div class="alur-pilih-bungkus">
          <span class="alur-pilih-teks" aria-hidden="true">{shown || 'Pilih …'}</span>
          {control}
        </div>
      ) : control}
      <Description id={`${domId}-description`} description={description} />
      <Errors id={`${domId}-error-message`} errors={errors} />
    </div>
  );
}

SelectField.config = { ...Select.config, sanitizeValue: ({ value }) => value };

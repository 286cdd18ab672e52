import { Description, Errors, Label, Numberfield, TemplatedInputAdorner } from '@bpmn-io/form-js-viewer';
import { useEffect, useRef, useState } from 'preact/hooks';
import { number, parseNumber, plain } from '../lib/format.js';
import { described, frame } from './common.jsx';
import { showComputed } from './expression.jsx';
import { Reading, withAdorners } from './reading.jsx';

const grouped = (field) => field.properties?.format === 'rupiah';
/** From here on a number that is only read is grouped; below it may be a year. */
const LONG = 10000;

/** A value as it stands in the input; text that is no number stays as it was typed. */
function show(value, field, group = grouped(field)) {
  if (value === null || value === undefined) return '';
  return number(value, { group }) ?? String(value);
}

/** A number field that is only read. */
function ReadNumber(props) {
  const { field, value } = props;
  const money = grouped(field) && field.appearance;
  const text = value === null || value === undefined || value === '' ? '' : field.properties?.format && !money ? showComputed(value, field.properties.format) : show(value, field, grouped(field) || Math.abs(Number(value)) >= LONG);
  return <Reading type="number" props={props} text={withAdorners(field, text)} />;
}

export const NumberField = (props) => (props.readonly ? <ReadNumber {...props} /> : <NumberInput {...props} />);

/** Indonesian notation in the input; a JSON number, or exact digits as text (`serializeToString`), in the data. */
function NumberInput(props) {
  const { field, domId, value, errors = [], disabled, readonly, onBlur, onChange, onFocus } = props;
  const { label, description, appearance = {}, validate = {}, decimalDigits } = field;
  const [ text, setText ] = useState(() => show(value, field));
  const known = useRef(value);

  useEffect(() => {
    if (Object.is(value ?? null, known.current ?? null)) return;
    known.current = value;
    setText(show(value, field));
  }, [ value, field ]);

  const onInput = ({ currentTarget }) => {
    const typed = currentTarget.value;
    setText(typed);
    const digits = parseNumber(typed);
    known.current = digits === '' ? null : digits === null ? typed.trim() : field.serializeToString ? digits : Number(digits);
    onChange({ value: known.current });
  };
  const leave = () => {
    setText(show(known.current, field));
    onBlur?.();
  };

  return (
    <div class={frame('number', props)}>
      <Label htmlFor={domId} label={label} required={validate.required} />
      <TemplatedInputAdorner disabled={disabled} readonly={readonly} pre={appearance.prefixAdorner} post={appearance.suffixAdorner}>
        <input
          class={`fjs-input alur-angka${grouped(field) ? ' alur-uang' : ''}`} id={domId} type="text" inputMode={decimalDigits === 0 ? 'numeric' : 'decimal'} autoComplete="off"
          value={text} disabled={disabled} readOnly={readonly} required={validate.required} maxLength={40}
          aria-invalid={errors.length > 0} aria-describedby={described(domId, field, errors)}
          onInput={onInput} onBlur={leave} onFocus={() => onFocus?.()}
        />
      </TemplatedInputAdorner>
      <Description id={`${domId}-description`} description={description} />
      <Errors id={`${domId}-error-message`} errors={errors} />
    </div>
  );
}

NumberField.config = {
  ...Numberfield.config,
  sanitizeValue: ({ value, formField }) => {
    if (value === null || value === undefined || value === '') return null;
    if (plain(value) === null) return typeof value === 'string' ? value : null;
    return formField.serializeToString ? plain(value) : Number(value);
  },
};

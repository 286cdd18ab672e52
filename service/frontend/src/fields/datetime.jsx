import { Datetime, Description, Errors, Label } from '@bpmn-io/form-js-viewer';
import flatpickr from 'flatpickr';
import { Indonesian } from 'flatpickr/dist/esm/l10n/id.js';
import { useEffect, useRef, useState } from 'preact/hooks';
import { parseDate, parseTime, showDate } from '../lib/format.js';
import { today } from '../lib/http.js';
import { frame } from './common.jsx';
import { Reading } from './reading.jsx';

const OFFSET = /(Z|[+-]\d{2}:\d{2})$/;

/** The two halves as they stand in the inputs. */
function split(value, subtype) {
  const text = typeof value === 'string' ? value : '';
  if (subtype === 'date') return [ showDate(text), '' ];
  if (subtype === 'time') return [ '', text.replace(OFFSET, '').replace(':', '.') ];
  const [ date, time = '' ] = text.split('T');
  return [ showDate(date), time.replace(OFFSET, '').replace(':', '.') ];
}

function offset(format, day) {
  if (format === 'no_timezone') return '';
  const minutes = -(day ? new Date(`${day}T12:00`) : new Date()).getTimezoneOffset();
  const two = (amount) => String(Math.floor(amount)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

/** The value for what stands in the inputs: ISO 8601, the typed text when it is no date, null when nothing stands there. */
function join(dateText, timeText, field) {
  const { subtype, timeSerializingFormat: format } = field;
  const day = parseDate(dateText) ?? dateText.trim();
  const time = parseTime(timeText) ?? timeText.trim();
  if (subtype === 'date') return day || null;
  if (subtype === 'time') return time ? time + (/^\d{2}:\d{2}$/.test(time) && format && format !== 'no_timezone' ? offset(format) : '') : null;
  if (!day && !time) return null;
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(day) && /^\d{2}:\d{2}$/.test(time);
  if (whole && format === 'utc_normalized') return `${new Date(`${day}T${time}`).toISOString().slice(0, 16)}Z`;
  return `${day}T${time}${whole ? offset(format, day) : ''}`;
}

export function DateField(props) {
  if (!props.readonly) return <DateInput {...props} />;
  const { dateLabel, timeLabel, label, subtype = 'date' } = props.field;
  return <Reading type="datetime" props={props} label={dateLabel || label || timeLabel || ''} text={split(props.value, subtype).filter(Boolean).join(' pukul ')} />;
}

/** dd/mm/yyyy whatever the browser's language is, typed or picked from a calendar. */
function DateInput(props) {
  const { field, domId, value, errors = [], disabled, readonly, onBlur, onChange, onFocus } = props;
  const { subtype = 'date', dateLabel, timeLabel, label, description, validate = {} } = field;
  const withDate = subtype !== 'time';
  const withTime = subtype !== 'date';
  const [ [ dateText, timeText ], setTexts ] = useState(() => split(value, subtype));
  const known = useRef(value ?? null);
  const holder = useRef(null);
  const picker = useRef(null);

  useEffect(() => {
    if ((value ?? null) === known.current) return;
    known.current = value ?? null;
    setTexts(split(value, subtype));
  }, [ value, subtype ]);
  useEffect(() => () => picker.current?.destroy(), []);

  const change = (texts) => {
    setTexts(texts);
    known.current = join(...texts, field);
    onChange({ value: known.current });
  };
  const leave = () => {
    setTexts(split(known.current, subtype));
    onBlur?.();
  };
  const latest = useRef(null);
  latest.current = { change, timeText };

  const openCalendar = () => {
    picker.current ??= flatpickr(holder.current.querySelector('.alur-kalender'), {
      locale: { ...Indonesian, firstDayOfWeek: 1 }, disableMobile: true, dateFormat: 'Y-m-d', ariaDateFormat: 'j F Y', appendTo: holder.current, monthSelectorType: 'static',
      minDate: field.disallowPassedDates ? today() : undefined, position: () => {},
      onChange: (_, iso) => {
        latest.current.change([ showDate(iso), latest.current.timeText ]);
        holder.current.querySelector('input:not(.alur-kalender)').focus();
      },
    });
    picker.current.setDate(/^\d{4}-\d{2}-\d{2}/.test(known.current ?? '') ? known.current.slice(0, 10) : null, false);
    picker.current.open();
    const { calendarContainer } = picker.current;
    calendarContainer.scrollIntoView({ block: 'nearest' });
    const day = (kind) => calendarContainer.querySelector(`.flatpickr-day${kind}`);
    (day('.selected') ?? day('.today:not(.flatpickr-disabled)') ?? day(':not(.flatpickr-disabled)'))?.focus();
  };
  const onKeyDown = (event) => {
    if (event.key === 'Escape' && picker.current && event.target.closest('.flatpickr-calendar')) {
      picker.current.close();
      holder.current.querySelector('input:not(.alur-kalender)').focus();
    }
    if (event.key === 'ArrowDown' && event.altKey && withDate && !readonly && !disabled) openCalendar();
  };

  const common = {
    class: 'fjs-input', type: 'text', inputMode: 'numeric', autoComplete: 'off', disabled, readOnly: readonly, required: validate.required,
    'aria-invalid': errors.length > 0, onBlur: leave, onFocus: () => onFocus?.(), maxLength: 20,
    'aria-describedby': [ description && `${domId}-description`, errors.length && `${domId}-error-message` ].filter(Boolean).join(' ') || undefined,
  };
  return (
    <div class={frame('datetime', props)} ref={holder} onKeyDown={onKeyDown}>
      <div class="alur-waktu">
        {withDate && (
          <div class="alur-waktu-bagian">
            <Label htmlFor={domId} label={dateLabel || label || 'Tanggal'} required={validate.required} />
            <div class="alur-tanggal fjs-input-group">
              <input {...common} id={domId} placeholder={readonly ? undefined : 'hh/bb/tttt'} value={dateText} onInput={(event) => change([ event.currentTarget.value, timeText ])} />
              <input class="alur-kalender" type="text" tabIndex={-1} aria-hidden="true" readOnly />
              {!readonly && !disabled && (
                <button type="button" class="alur-tombol-kalender" aria-label={`Pilih ${(dateLabel || label || 'tanggal').toLowerCase()} dari kalender`} onClick={openCalendar}>
                  <svg aria-hidden="true" width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"><path d="M4 7a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM16 3v4M8 3v4M4 11h16" /></svg>
                </button>
              )}
            </div>
          </div>
        )}
        {withTime && (
          <div class="alur-waktu-bagian">
            <Label htmlFor={withDate ? `${domId}-time` : domId} label={timeLabel || 'Jam'} required={validate.required} />
            <input {...common} id={withDate ? `${domId}-time` : domId} placeholder={readonly ? undefined : 'jj.mm'} value={timeText} onInput={(event) => change([ dateText, event.currentTarget.value ])} />
          </div>
        )}
      </div>
      <Description id={`${domId}-description`} description={description} />
      <Errors id={`${domId}-error-message`} errors={errors} />
    </div>
  );
}

DateField.config = {
  ...Datetime.config,
  sanitizeValue: ({ value }) => (typeof value === 'string' && value !== '' ? value : null),
};

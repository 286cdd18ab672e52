import { Validator, buildExpressionContext } from '@bpmn-io/form-js-viewer';
import dictionary from '../i18n/form.json';
import { plain } from '../lib/format.js';
import { today } from '../lib/http.js';

const DECIMAL = /^-?\d+\.\d+$/;

/** form-js' own sentences in Indonesian; numbers in them with a decimal comma. */
export function translate(template, replacements = {}) {
  return (dictionary[template] ?? template).replace(/{([^}]+)}/g, (whole, key) => {
    const value = replacements[key];
    if (value === undefined || value === null) return whole;
    return DECIMAL.test(String(value)) ? String(value).replace('.', ',') : String(value);
  });
}

/**
 * Text that could not be read as a number or a date stays what was typed, and is named as an error here. What is only
 * read is not checked: its reader could not mend it, and the server takes its own value.
 */
export class FormValidator extends Validator {
  validateFieldInstance(instance, value) {
    const field = this._formFieldRegistry.get(instance.id);
    if (field && this._isRead(field, instance)) return [];
    if (typeof value === 'string' && value !== '') {
      if (field?.type === 'number' && plain(value) === null) return [ translate('Value is not a number.') ];
      if (field?.type === 'datetime') {
        const message = checkDatetime(field, value);
        return message ? [ message ] : [];
      }
    }
    return super.validateFieldInstance(instance, value);
  }

  _isRead({ readonly }, { expressionContextInfo }) {
    if (!this._expressionLanguage.isExpression(readonly)) return readonly === true;
    return this._expressionLanguage.evaluateUnaryTest(readonly, buildExpressionContext(expressionContextInfo)) === true;
  }
}

FormValidator.$inject = [ 'expressionLanguage', 'conditionChecker', 'form', 'formFieldRegistry', 'translate' ];

const SHAPES = {
  date: [ /^\d{4}-\d{2}-\d{2}$/, 'Tanggal ini tidak ada. Tulis hari/bulan/tahun, misalnya 31/12/2026.' ],
  time: [ /^\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})?$/, 'Jam ini tidak sah. Tulis jam dan menit, misalnya 09.30.' ],
  datetime: [ /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})?$/, 'Tanggal dan jam harus diisi keduanya, misalnya 31/12/2026 dan 09.30.' ],
};

function checkDatetime(field, value) {
  const [ shape, message ] = SHAPES[field.subtype] ?? SHAPES.date;
  if (!shape.test(value)) return message;
  if (field.disallowPassedDates && field.subtype !== 'time' && value.slice(0, 10) < today()) {
    return 'Tanggal tidak boleh sebelum hari ini.';
  }
  return null;
}

import { FormContext } from '@bpmn-io/form-js-viewer';
import { useContext } from 'preact/hooks';

/** A service of the form that renders this component. */
export const useService = (name, strict) => useContext(FormContext).getService(name, strict);

/** The classes that form-js gives the frame of a field. */
export function frame(type, { errors = [], disabled, readonly }) {
  return [ 'fjs-form-field', `fjs-form-field-${type}`, errors.length && 'fjs-has-errors', disabled && 'fjs-disabled', readonly && 'fjs-readonly' ].filter(Boolean).join(' ');
}

/** What describes an input: its hint and its errors, as far as they are there. */
export function described(domId, field, errors) {
  return [ field.description && `${domId}-description`, errors.length && `${domId}-error-message` ].filter(Boolean).join(' ') || undefined;
}

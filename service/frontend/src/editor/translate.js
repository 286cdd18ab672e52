// What the drawing libraries say, in Indonesian. The build fails when one of their sentences is not in the dictionary.
import diagram from '../i18n/diagram.json';
import own from './i18n/editor.json';

const dictionary = { ...diagram, ...own };

/** A sentence of a library in Indonesian, its {places} filled. */
export function translate(template, values = {}) {
  return (dictionary[template] ?? template).replace(/{([^}]+)}/g, (whole, key) => values[key] ?? whole);
}

export default { translate: [ 'value', translate ] };

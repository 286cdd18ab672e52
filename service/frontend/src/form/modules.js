// The parts of form-js that are ours.
import { ExpressionLanguageModule, MarkdownRendererModule } from '@bpmn-io/form-js-viewer';
import { CompiledFeel } from './feel.js';
import { FormValidator, translate } from './language.js';
import { Computed, ComputedField } from '../fields/expression.jsx';
import { DateField } from '../fields/datetime.jsx';
import { AttachmentField, Files } from '../fields/filepicker.jsx';
import { ListField, Rows } from '../fields/list.jsx';
import { NumberField } from '../fields/number.jsx';
import { CheckboxField, ChecklistField, RadioField, TaglistField, TextField, TextareaField } from '../fields/reading.jsx';
import { SelectField } from '../fields/select.jsx';

const FIELDS = [
  NumberField, DateField, SelectField, ComputedField, AttachmentField, ListField,
  TextField, TextareaField, CheckboxField, RadioField, ChecklistField, TaglistField,
];

class OwnFields {
  constructor(formFields) {
    for (const field of FIELDS) formFields.register(field.config.type, field);
  }
}

OwnFields.$inject = [ 'formFields' ];

/**
 * form-js' own modules that we use. Left out: its commands, which check every prefilled field once more by itself and so
 * draw each field twice (a second for 120 rows), and its expression module, which lets only one computed field run.
 */
export const libraryModules = [ ExpressionLanguageModule, MarkdownRendererModule ];

export const ownModules = {
  __init__: [ 'alurFields', 'alurComputed' ],
  alurFields: [ 'type', OwnFields ],
  alurComputed: [ 'type', Computed ],
  alurFiles: [ 'type', Files ],
  translate: [ 'value', translate ],
  validator: [ 'type', FormValidator ],
  expressionLanguage: [ 'type', CompiledFeel ],
  repeatRenderManager: [ 'type', Rows ],
};

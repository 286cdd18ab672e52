import { Description, ExpressionField, Label, useExpressionEvaluation } from '@bpmn-io/form-js-viewer';
import { useEffect } from 'preact/hooks';
import { number } from '../lib/format.js';
import { frame, useService } from './common.jsx';

const same = (left, right) => JSON.stringify(left ?? null) === JSON.stringify(right ?? null);

/** A computed value as people read it. */
export function showComputed(value, format) {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'Ya' : 'Tidak';
  if (format === 'persen') return number(value, { digits: 2, group: true }) === null ? String(value) : `${number(value, { digits: 2, group: true })} %`;
  if (format === 'rupiah') return number(value, { digits: 2, group: true }) === null ? String(value) : `Rp ${number(value, { digits: 2, group: true })}`;
  if (typeof value === 'number') return number(value, { digits: 4, group: Math.abs(value) >= 10000 });
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A computed field: shown, never typed. The server computes it again and stores its own value. */
export function ComputedField(props) {
  const { field, domId, value, fieldInstance } = props;
  const result = useExpressionEvaluation(field.expression);
  const computed = useService('alurComputed');
  const evaluated = typeof result === 'number' && !Number.isFinite(result) ? null : result;

  useEffect(() => {
    if (fieldInstance && !same(evaluated, value)) computed.set(fieldInstance.valuePath, evaluated);
  });

  if (!field.label) return null;
  return (
    <div class={frame('expression', props)}>
      <Label htmlFor={domId} label={field.label} />
      <output id={domId} class="alur-hasil">{showComputed(evaluated, field.properties?.format)}</output>
      <Description id={`${domId}-description`} description={field.description} />
    </div>
  );
}

ComputedField.config = { ...ExpressionField.config, escapeGridRender: false };

const LIMIT = 20;

/**
 * Collects what was computed in one rendering and stores it at once: one change for 120 rows, not 120.
 * A circle of computed fields that never settles is left after some turns.
 */
export class Computed {
  constructor(form, eventBus) {
    this._form = form;
    this._waiting = new Map();
    this._turns = 0;
    eventBus.on('field.updated', () => { this._turns = 0; });
    eventBus.on('import.done', () => { this._turns = 0; });
  }

  set(path, value) {
    if (this._turns >= LIMIT) return;
    if (!this._waiting.size) queueMicrotask(() => this._store());
    this._waiting.set(path.join('\u0000'), [ path, value ?? null ]);
  }

  _store() {
    this._turns += 1;
    const data = JSON.parse(JSON.stringify(this._form._getState().data));
    for (const [ path, value ] of this._waiting.values()) {
      const owner = path.slice(0, -1).reduce((node, key) => node?.[key], data);
      if (owner) owner[path.at(-1)] = value;
    }
    this._waiting.clear();
    this._form._setState({ data });
  }
}

Computed.$inject = [ 'form', 'eventBus' ];

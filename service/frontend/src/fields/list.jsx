import { ChildrenRenderer, DynamicList, Errors, FormField, FormRenderContext, Label, LocalExpressionContext, RepeatRenderManager, buildExpressionContext, useSingleLineTemplateEvaluation } from '@bpmn-io/form-js-viewer';
import { Component } from 'preact';
import { useContext, useMemo, useRef } from 'preact/hooks';
import { frame, useService } from './common.jsx';
import { ImportBar } from './import.jsx';
import { FoldedRow, Overview, filledIn, foldedColumns, progress } from './summary.jsx';

const at = (node, path) => path.reduce((inner, key) => inner?.[key], node);
const json = (value) => JSON.stringify(value) ?? '';
const MOST_COLUMNS = 10;

/** A list of rows: a compact table where there is room, cards where there is not. */
export function ListField(props) {
  const { field, domId, readonly, disabled, errors = [] } = props;
  const { Empty } = useContext(FormRenderContext);
  const fixed = !field.allowAddRemove;
  return (
    <div class={`${frame('dynamiclist', props)} fjs-form-field-grouplike ${field.showOutline ? 'fjs-outlined' : ''}`} role="group" aria-labelledby={domId}>
      <Label id={domId} label={field.label} />
      <Errors id={`${domId}-error-message`} errors={Array.isArray(errors) ? errors.filter((one) => typeof one === 'string') : []} />
      {field.properties?.import === 'table' && !readonly && !disabled && <ImportBar {...props} fixed={fixed} />}
      <ChildrenRenderer {...props} Empty={Empty} />
    </div>
  );
}

ListField.config = DynamicList.config;

const WORDS = /"(?:[^"\\]|\\.)*"|\.?\s*[\p{L}_][\p{L}\p{N}_]*/gu;

/** The names that an expression may look up outside of itself: every word that is neither text nor behind a point. */
const namesIn = (text) => [ ...text.matchAll(WORDS) ].map(([ word ]) => word).filter((word) => !word.startsWith('"') && !word.startsWith('.'));

/** Whether all that a row shows depends on the row, and on what no field of the form can change. Then it need not render
 * when another row changes. */
function selfContained(field, templating, registry) {
  const outside = registry.getAll().filter((one) => one._parent && one._parent !== field.id).map((one) => (one.key ?? one.path ?? '').split('.')[0]);
  const changeable = new Set([ ...outside, 'parent', '_parent_' ]);
  const collect = (node) => Object.entries(node ?? {}).every(([ key, value ]) => {
    if (value && typeof value === 'object') return collect(value);
    if (typeof value !== 'string' || key === 'id') return true;
    return (!value.startsWith('=') && !templating.isTemplate(value)) || !namesIn(value).some((name) => changeable.has(name));
  });
  return field.components.every(collect);
}

/** Which components stand side by side as the columns of a table, and which are `folded` below each row; null when they are
 * too many and none is marked to say the row in short: then a row is a card. */
function columnsOf(field, layouter, registry) {
  const all = layouter.getRows(field.id).flatMap((line) => line.components.map((id) => registry.get(id)).filter(Boolean));
  const shown = all.filter((component) => component.type !== 'expression' || component.label);
  const silent = all.filter((component) => !shown.includes(component));
  const folded = foldedColumns(shown, silent, layouter, field);
  if (folded) return folded;
  const plain = shown.every((component) => !component.components && ![ 'text', 'html', 'image', 'table', 'separator', 'spacer', 'button', 'filepicker' ].includes(component.type));
  if (!plain || !shown.length || shown.length > MOST_COLUMNS) return null;
  return { shown, silent };
}

/** One row; renders only when something in it changed. */
class Row extends Component {
  shouldComponentUpdate(next) {
    const now = this.props;
    return !next.alone || now.mark !== next.mark || now.count !== next.count || now.manager !== next.manager;
  }

  render({ manager, index, field, indexes, item, outer, columns, RowsRenderer, rest, onRemove, state, troubled, path }) {
    const inner = { ...(indexes || {}), [field.id]: index };
    const context = {
      data: outer.data, this: item, i: [ ...outer.i, index + 1 ],
      parent: buildExpressionContext({ ...outer, data: outer.this }),
    };
    const remove = onRemove && (
      <button type="button" class="alur-baris-hapus" aria-label={`Hapus baris ${index + 1}`} title="Hapus baris" onClick={onRemove}>
        <svg aria-hidden="true" width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round"><path d="M4 7h16M10 11v6M14 11v6M6 7l1 12a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1l1-12M9 7V4h6v3" /></svg>
      </button>
    );
    const shared = { ...rest, indexes: inner };
    const cells = columns && (
      <>
        <td class="alur-nomor">
          <span class="alur-nomor-kata">Baris </span>{index + 1}
          {columns.silent.map((component) => <FormField key={component.id} {...shared} field={component} />)}
        </td>
        {columns.shown.map((component) => (
          <td key={component.id} class={`alur-sel alur-sel-${component.type}`}><FormField {...shared} field={component} alurCell /></td>
        ))}
        {manager.changeable(field, rest) && <td class="alur-sel-hapus">{remove}</td>}
      </>
    );
    if (columns?.folded) {
      return (
        <LocalExpressionContext.Provider value={context}>
          <FoldedRow
            id={`${path.join('-')}-${index}-rinci`} number={index + 1} columns={columns} shared={shared} state={state} troubled={troubled}
            span={columns.shown.length + (manager.changeable(field, rest) ? 3 : 2)}
          >{cells}</FoldedRow>
        </LocalExpressionContext.Provider>
      );
    }
    return (
      <LocalExpressionContext.Provider value={context}>
        {columns ? (
          <tr>{cells}</tr>
        ) : (
          <div class="alur-kartu" role="group" aria-label={`Baris ${index + 1}`}>
            <div class="alur-kartu-kepala" aria-hidden={remove ? undefined : 'true'}><span>Baris {index + 1}</span>{remove}</div>
            <RowsRenderer {...shared} field={field} />
          </div>
        )}
      </LocalExpressionContext.Provider>
    );
  }
}

/** How much of a table's width a column gets, in parts: as the form's author laid it out, within what its kind needs. */
function weightOf({ type, layout, validate }) {
  const wished = layout?.columns;
  if (type === 'number' || type === 'expression') return Math.min(wished ?? 4, 4);
  if (type === 'select') return Math.max(wished ?? 6, 6.5);
  if (type === 'checkbox') return 3;
  if (type === 'textarea') return wished ?? 8;
  return Math.max(wished ?? ((validate?.maxLength ?? 0) >= 200 ? 8 : 5), 4.25);
}

function Heading({ component }) {
  const label = useSingleLineTemplateEvaluation(component.label || component.dateLabel || component.timeLabel || '', {});
  return (
    <th scope="col" class={`alur-kolom-${component.type}`}>
      {label}{component.validate?.required && !component.readonly && <span class="fjs-asterix" aria-hidden="true">*</span>}
    </th>
  );
}

/** How rows are drawn: instead of form-js' own, whose removal button speaks English and whose rows all render at every key. */
export class Rows extends RepeatRenderManager {
  changeable(field, { readonly, disabled }) {
    return Boolean(field.allowAddRemove) && !readonly && !disabled && field.components?.length > 0;
  }

  /** Errors are kept by row number: when rows move they would stand at other rows than those they speak of. */
  forgetErrors(field) {
    const { errors } = this._form._getState();
    const members = new Set(field.components.map((component) => component.id));
    this._form._setState({ errors: Object.fromEntries(Object.entries(errors).filter(([ id ]) => id !== field.id && !members.has(id))) });
  }

  Repeater(props) {
    const { RowsRenderer, indexes, useSharedState, field, ...rest } = props;
    const { data, errors, properties } = this._form._getState();
    const layouter = useService('formLayouter');
    const templating = useService('templating');
    const outer = useContext(LocalExpressionContext);
    const path = this._pathRegistry.getValuePath(field, { indexes });
    const values = at(data, path) ?? [];
    const columns = useMemo(() => columnsOf(field, layouter, this._formFieldRegistry), [ field, layouter ]);
    const alone = useMemo(() => selfContained(field, templating, this._formFieldRegistry), [ field, templating ]);
    const members = useMemo(() => field.components.map((component) => component.id), [ field ]);
    const conditions = useService('conditionChecker');
    const handlers = useRef(null);
    const asked = useRef([]);
    handlers.current = { values, onChange: props.onChange, path };

    const remove = (index) => {
      const { values: list, onChange, path: dataPath } = handlers.current;
      const rows = list.slice();
      const [ item ] = rows.splice(index, 1);
      this.forgetErrors(field);
      this._eventBus.fire('repeatRenderManager.remove', { dataPath, index, item });
      onChange({ field, value: rows, indexes });
    };
    const own = Object.values(indexes ?? {});
    const switches = json([ properties, rest.readonly, rest.disabled ]);
    const errorsAt = (ids, index) => ids.map((id) => at(errors, [ id, ...own, index ]));
    const foldedIds = columns?.folded?.flat().map((component) => component.id);
    const reading = Boolean(rest.readonly || rest.disabled || properties.readOnly) || !filledIn(field);
    /** Asked again only of rows that changed, or whose completeness may hang on something outside of them. */
    const stateOf = (item, index, mark) => {
      if (reading || !foldedIds) return { missing: null, asked: 0, filled: false };
      const known = asked.current[index];
      if (alone && known?.mark === mark) return known;
      const context = { data, this: item, i: [ ...outer.i, index + 1 ], parent: outer };
      return asked.current[index] = { mark, ...progress(field, foldedIds, item, context, conditions) };
    };
    let incomplete = 0;
    const rows = values.map((item, index) => {
      const mark = json([ item, switches, errorsAt(members, index) ]);
      const state = stateOf(item, index, mark);
      if (state.missing) incomplete += 1;
      const troubles = foldedIds ? json(errorsAt(foldedIds, index).filter(Boolean)) : '[]';
      return (
        <Row
          key={index} manager={this} index={index} field={field} indexes={indexes} item={item} outer={outer} columns={columns} RowsRenderer={RowsRenderer}
          rest={rest} alone={alone} count={values.length} onRemove={this.changeable(field, rest) ? () => remove(index) : null}
          mark={mark} state={state} troubled={troubles === '[]' ? '' : troubles} path={path}
        />
      );
    });
    if (!values.length) return <p class="alur-kosong">{this.changeable(field, rest) ? 'Belum ada baris.' : 'Tidak ada.'}</p>;
    if (!columns) return <div class="alur-kartu-kartu">{rows}</div>;
    const many = columns.shown.length;
    const width = many <= 4 ? 'sedikit' : many <= 6 ? 'sedang' : 'banyak';
    const weights = columns.shown.map(weightOf);
    const total = weights.reduce((sum, one) => sum + one, 0);
    return (
      <div class={`alur-tabel alur-tabel-${width} ${columns.folded ? 'alur-ringkas' : ''}`}>
        {columns.folded && <Overview count={values.length} incomplete={incomplete} readonly={reading} />}
        <table>
          <colgroup>
            <col class="alur-kol-nomor" />
            {weights.map((weight, index) => <col key={index} style={{ width: `${(100 * weight) / total}%` }} />)}
            {this.changeable(field, rest) && <col class="alur-kol-hapus" />}
            {columns.folded && <col class="alur-kol-buka" />}
          </colgroup>
          <thead>
            <tr>
              <th scope="col" class="alur-nomor">No.</th>
              {columns.shown.map((component) => <Heading key={component.id} component={component} />)}
              {this.changeable(field, rest) && <th class="alur-sel-hapus"><span class="visually-hidden">Hapus baris</span></th>}
              {columns.folded && <th class="alur-sel-buka"><span class="visually-hidden">Rincian</span></th>}
            </tr>
          </thead>
          {columns.folded ? rows : <tbody>{rows}</tbody>}
        </table>
      </div>
    );
  }

  RepeatFooter(props) {
    const { indexes, field } = props;
    const translate = useService('translate');
    if (!this.changeable(field, props)) return null;
    const add = ({ currentTarget }) => {
      const { data } = this._form._getState();
      const path = this._pathRegistry.getValuePath(field, { indexes });
      const rows = (at(data, path) ?? []).slice();
      rows.push(this._form._getInitializedFieldData(data, { container: field, indexes: { ...indexes, [field.id]: rows.length } }));
      this._eventBus.fire('repeatRenderManager.add', { dataPath: path, index: rows.length - 1, item: rows.at(-1) });
      props.onChange({ value: rows });
      const list = currentTarget.closest('.fjs-form-field-dynamiclist');
      // After the new row is drawn: go to its first field, so that a list is filled without the mouse.
      setTimeout(() => {
        const added = [ ...list.querySelectorAll('tbody > tr:not(.alur-rinci), .alur-kartu') ].at(-1);
        added?.querySelector('input:not([tabindex="-1"]):not([readonly]), select, textarea')?.focus();
      });
    };
    return (
      <div class="alur-tambah"><button type="button" class="btn btn-outline-primary" onClick={add}>
        <svg aria-hidden="true" class="icon" width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"><path d="M12 5v14M5 12h14" /></svg>
        {translate('Add new')}
      </button></div>
    );
  }
}

Rows.$inject = [ 'form', 'formFields', 'formFieldRegistry', 'pathRegistry', 'eventBus' ];

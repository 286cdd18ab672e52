// FEEL in the browser, compiled once per text. form-js parses at every evaluation, against all of the form's data:
// with 120 rows that is the whole cost of a key press. Names in our forms are plain identifiers, so that an
// expression can be parsed without knowing the data.
import { InterpreterContext, interpreter } from '@bpmn-io/feelin';
import { FeelExpressionLanguage } from '@bpmn-io/form-js-viewer';

export class CompiledFeel extends FeelExpressionLanguage {
  constructor(eventBus) {
    super(eventBus);
    this._compiled = new Map();
  }

  evaluate(expression, data = {}) {
    return this._run('evaluate', expression, data);
  }

  evaluateUnaryTest(expression, data = {}) {
    const test = this._run('unaryTest', expression, data);
    return typeof test === 'function' ? test(data['?'] ?? null) : test;
  }

  _run(kind, expression, data) {
    if (!this.isExpression(expression)) return null;
    try {
      return this._compile(kind, expression)(data);
    } catch (error) {
      this._eventBus.fire('error', { error });
      return null;
    }
  }

  _compile(kind, expression) {
    const key = `${kind} ${expression}`;
    if (!this._compiled.has(key)) {
      const { root } = interpreter[kind](expression.slice(1), {}, undefined, new InterpreterContext());
      this._compiled.set(key, root);
    }
    return this._compiled.get(key);
  }
}

CompiledFeel.$inject = [ 'eventBus' ];

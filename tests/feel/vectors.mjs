// Answers the expressions of vectors.json with @bpmn-io/feelin, the evaluator that form-js uses in the browser, and
// writes the file again. Not run by the tests. In a folder outside the project:
//   npm install @bpmn-io/feelin@6.1.1 && TZ=Asia/Jakarta node vectors.mjs <path of vectors.json>
// (copy this file there, so that Node finds the package). To add a vector, add {"expression": …, "context": …}.
// Where our answer has to be another one, `ours` is it and `differs` says why.
import fs from 'node:fs';
import { evaluate } from '@bpmn-io/feelin';

const file = process.argv[2];
const source = fs.readFileSync(file, 'utf8');
const lines = source.trim().split('\n').slice(1, -1).map((line) => {
  const { expression, context } = JSON.parse(line.replace(/,$/, ''));
  let { value } = evaluate(expression, context || {});
  if (typeof value === 'number' && !Number.isFinite(value)) value = `(${value})`;
  const answer = `"feelin": ${JSON.stringify(value ?? null)}`;
  // `ours` is kept as it is written: JavaScript would round its digits.
  const kept = line.match(/, "differs": .*(?=\},?$)/)?.[0] ?? '';
  const given = context ? `, "context": ${JSON.stringify(context)}` : '';
  return `{"expression": ${JSON.stringify(expression)}${given}, ${answer}${kept}}`;
});
fs.writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);

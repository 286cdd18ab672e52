// What a browser says in its own language, an office's in English as often as not, said in Indonesian.
import { element } from './dom.js';
import { longDate } from './format.js';

// "Please fill out this field": the browser shows what stands here instead.
const SAID = [
  [ 'valueMissing', ({ type }) => (type === 'checkbox' ? 'Centang dahulu.' : type === 'select-one' || type === 'file' ? 'Pilih dahulu.' : 'Wajib diisi.') ],
  [ 'patternMismatch', () => 'Ada huruf atau tanda yang tidak dapat dipakai di sini.' ],
  [ 'badInput', () => 'Isian ini tidak dapat dibaca.' ],
  [ 'rangeUnderflow', ({ type, min }) => (type === 'date' ? `Paling awal ${longDate(min)}.` : `Paling kecil ${min}.`) ],
  [ 'rangeOverflow', ({ type, max }) => (type === 'date' ? `Paling akhir ${longDate(max)}.` : `Paling besar ${max}.`) ],
];
document.addEventListener('invalid', ({ target }) => {
  if (target.validity.customError) return;
  const words = SAID.find(([ name ]) => target.validity[name])?.[1](target);
  if (!words) return;
  target.setCustomValidity(words);
  // A message of one's own keeps a field invalid: it goes with the next change.
  for (const name of [ 'input', 'change' ]) target.addEventListener(name, () => target.setCustomValidity(''), { once: true });
}, true);

/** A date field writes month and day in the browser's order: below it the day stands in words. */
function inWords(input) {
  const words = element('output', { class: 'tanggal-kata', for: input.id });
  const tell = () => { words.textContent = longDate(input.value); };
  input.after(words);
  input.addEventListener('input', tell);
  tell();
}

/** A file field with a button and words of ours; the browser's own stays for the keyboard and for who does not see. */
function fileField(input) {
  const button = element('button', { class: 'btn', type: 'button', tabindex: '-1', 'aria-hidden': 'true', onclick: () => input.click() }, 'Pilih berkas …');
  const name = element('span', { class: 'berkas-nama', 'aria-hidden': 'true' });
  const tell = () => { name.textContent = [ ...input.files ].map((file) => file.name).join(', ') || 'Belum ada berkas yang dipilih'; };
  input.classList.add('berkas-asli');
  const box = element('div', { class: 'berkas-pilih' });
  input.before(box);
  box.append(input, button, name);
  input.addEventListener('change', tell);
  tell();
}

for (const input of document.querySelectorAll('input[type="date"].form-control')) inWords(input);
for (const input of document.querySelectorAll('input[type="file"].form-control')) fileField(input);

// Diagrams in and out as files.

/** Offers `content` as a download. */
export function download(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([ content ], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const SCALE = 2; // two pixels for each of the drawing's: sharp on paper
const MOST = 12_000; // pixels that browsers draw in one direction

/** The drawing as PNG, on white. */
export async function png(svg) {
  const [ , , , width, height ] = /viewBox="(-?[\d.]+) (-?[\d.]+) ([\d.]+) ([\d.]+)"/.exec(svg).map(Number);
  const scale = Math.min(SCALE, MOST / width, MOST / height);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'));
}

const LARGEST = 2 * 1024 * 1024; // bytes; what the server keeps and checks, too

/** The text of a chosen file; throws an Error whose message can be shown. */
export async function readDiagram(file) {
  if (file.size > LARGEST) throw new Error('Diagram melebihi 2 MB; sederhanakan diagramnya.');
  const text = await file.text();
  if (!/<(?:[A-Za-z_][\w.-]*:)?definitions[\s>]/.test(text)) throw new Error('Berkas ini bukan diagram BPMN 2.0.');
  return text;
}

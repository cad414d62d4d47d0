// Bytes, base64 in its one spelling, hashes, and the zip that bundles come in.

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class Finding extends Error {
  constructor(what, zh, en, where = {}) {
    super(en);
    Object.assign(this, { what, zh, en, file: null, index: null, device: null, verdict: 'tampered' }, where);
  }
}

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function same(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function hex(data) {
  return Array.from(data, (value) => value.toString(16).padStart(2, '0')).join('');
}

function base64(data) {
  let text = '';
  for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192));
  return btoa(text);
}

function base64url(data) {
  return base64(data).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function unbase64(text) {
  let raw;
  try {
    raw = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Error('not base64');
  }
  if (base64(raw) !== text) throw new Error('base64 is not in its one spelling');
  return raw;
}

async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', join(...parts)));
}

// The stored zip of a bundle: names to bytes. Anything that our exporter would not write is refused.
function readZip(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const broken = (en) => new Finding('files', '压缩包无法读取，或不是导出的原件。', `The zip cannot be read: ${en}.`, { verdict: 'incomplete' });
  const end = data.length - 22;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw broken('no end record');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const files = new Map();
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw broken('a directory record');
    const [method, size] = [view.getUint16(at + 10, true), view.getUint32(at + 24, true)];
    const [nameLength, local] = [view.getUint16(at + 28, true), view.getUint32(at + 42, true)];
    const name = strictUtf8.decode(data.subarray(at + 46, at + 46 + nameLength));
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (method !== 0 || view.getUint32(at + 20, true) !== size || start + size > end || files.has(name)) {
      throw broken(`the file ${name}`);
    }
    files.set(name, data.subarray(start, start + size));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  if (at !== end) throw broken('bytes that belong to no file');
  return files;
}

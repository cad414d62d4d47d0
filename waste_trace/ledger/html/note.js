// Keys, signatures, signed notes and cosignatures (c2sp.org).

const P25519 = 2n ** 255n - 19n;
const L25519 = 2n ** 252n + 27742317777372353535851937790883648493n;
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

function littleEndian(data) {
  return BigInt(`0x${hex(Uint8Array.from(data).reverse())}`);
}

// y of the points of low order, and p and p + 1, which are 0 and 1 unreduced; with either sign.
const LOW_ORDER = new Set([0n, 1n, P25519 - 1n, P25519, P25519 + 1n, ORDER_8, P25519 - ORDER_8]);
const withoutSign = (data) => littleEndian(data) & (2n ** 255n - 1n);

async function checkSignature(algorithm, key, signature, message) {
  if (signature.length !== 64) throw new Error('a signature has 64 bytes');
  let name = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  if (algorithm === 'ed25519') {
    name = { name: 'Ed25519' };
    const [y, r, s] = [withoutSign(key), withoutSign(signature.subarray(0, 32)), littleEndian(signature.subarray(32))];
    if (LOW_ORDER.has(y) || LOW_ORDER.has(r) || y >= P25519 || s >= L25519) throw new Error('a key or signature of low order');
  }
  const imported = await crypto.subtle.importKey('raw', key, name, false, ['verify']);
  if (!(await crypto.subtle.verify(name, imported, signature, message))) throw new Error('the signature does not match');
}

// Types of verifier keys: the bytes that a key of each has.
const [NOTE, COSIGNATURE, ML_DSA_44] = [1, 4, 6];
const ML_DSA_44_BYTES = 2420;
const KEY_BYTES = { [NOTE]: 32, [COSIGNATURE]: 32, [ML_DSA_44]: 1312 };

// A log that signs with ML-DSA-44 only, which this browser does not have: that shows nothing for or against it.
class Unchecked extends Error {}

async function verifyMlDsa44(key, signature, message) {
  const name = { name: 'ML-DSA-44' };
  const imported = await crypto.subtle.importKey('raw-public', key, name, false, ['verify']);
  return crypto.subtle.verify(name, imported, signature, message);
}

// Whether this browser has ML-DSA-44 (WICG, Modern Algorithms in the Web Cryptography API). Asked once, with
// a key of zeros, which is one, and a signature of zeros, which is not one of that key.
let mlDsa44 = null;
function hasMlDsa44() {
  mlDsa44 ??= verifyMlDsa44(new Uint8Array(KEY_BYTES[ML_DSA_44]), new Uint8Array(ML_DSA_44_BYTES), new Uint8Array()).then((valid) => valid === false, () => false);
  return mlDsa44;
}

// No spaces of Unicode, "+", control characters or halves of a pair.
const KEY_NAME = '([^+\\p{White_Space}\\p{Surrogate}\\0-\\x1f\\x7f]+)';
const VKEY = new RegExp(`^${KEY_NAME}\\+([0-9a-f]{8})\\+([A-Za-z0-9+/]+={0,2})$`, 'u');
const SIGNATURE_LINE = new RegExp(`^\u2014 ${KEY_NAME} ([^ ]+)$`, 'u');

async function readVkey(line, kinds = [NOTE]) {
  const match = VKEY.exec(line);
  if (!match) throw new Error('not a verifier key');
  const material = unbase64(match[3]);
  const id = hex((await sha256(utf8.encode(`${match[1]}\n`), material)).subarray(0, 4));
  if (id !== match[2]) throw new Error('the key id does not belong to the key');
  if (!kinds.includes(material[0]) || material.length !== 1 + KEY_BYTES[material[0]]) throw new Error('a key of another type or length');
  return { name: match[1], id, kind: material[0], key: material.subarray(1), text: line };
}

function parseNote(data) {
  const full = strictUtf8.decode(data);
  const split = full.lastIndexOf('\n\n');
  if (split < 0 || !full.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(full)) throw new Error('not a signed note');
  const signatures = new Map();
  for (const line of full.slice(split + 2, -1).split('\n')) {
    const match = SIGNATURE_LINE.exec(line);
    if (!match) throw new Error('a malformed signature line');
    const raw = unbase64(match[2]);
    const who = `${match[1]}+${hex(raw.subarray(0, 4))}`;
    if (raw.length < 5 || signatures.has(who)) throw new Error('a malformed or repeated signature line');
    signatures.set(who, raw.subarray(4));
  }
  return { text: full.slice(0, split + 1), signatures };
}

function parseCheckpoint(text) {
  const lines = text.split('\n');
  if (lines.length < 4 || lines.slice(0, -1).includes('') || !/^(0|[1-9][0-9]{0,15})$/.test(lines[1])) {
    throw new Error('not a checkpoint');
  }
  const root = unbase64(lines[2]);
  if (root.length !== 32) throw new Error('a root has 32 bytes');
  return { origin: lines[0], size: Number(lines[1]), root };
}

// Throws unless this key of the log has signed; without a key there is nothing to ask.
async function requireLogKey(data, key) {
  if (key) await openCheckpoint(data, { logs: [key], witnesses: new Map(), groups: new Map(), quorum: 'none' });
}

// The seconds that a line of a cosignature begins with; its signature has so many bytes.
function stampOf(line, bytes) {
  if (line.length !== 8 + bytes) throw new Error('a cosignature has another length');
  const seconds = new DataView(line.buffer, line.byteOffset, 8).getBigUint64(0);
  if (seconds >= 2n ** 63n) throw new Error('the time of a cosignature');
  return seconds;
}

function eightBytes(number) {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, number);
  return data;
}

function shortVector(text) {
  const data = utf8.encode(text);
  if (data.length < 1 || data.length > 255) throw new Error('a cosigned name must have 1 to 255 bytes');
  return join(Uint8Array.of(data.length), data);
}

// What is signed with ML-DSA-44. The size is read again: of a number here the last digits may be lost.
function mlDsaMessage(name, seconds, text) {
  const [origin, size, root] = text.split('\n');
  return join(utf8.encode('subtree/v1\n\0'), shortVector(name), eightBytes(seconds), shortVector(origin), eightBytes(0n), eightBytes(BigInt(size)), unbase64(root));
}

// The seconds of a line that a witness, or a log with ML-DSA-44, has signed; null if this browser cannot check it. Throws if it is bad.
async function checkCosignature({ name, kind, key }, line, text) {
  const seconds = stampOf(line, kind === ML_DSA_44 ? ML_DSA_44_BYTES : 64);
  const signature = line.subarray(8);
  if (kind === COSIGNATURE) {
    await checkSignature('ed25519', key, signature, utf8.encode(`cosignature/v1\ntime ${seconds}\n${text}`));
  } else if (!(await hasMlDsa44())) {
    return null;
  } else if (!(await verifyMlDsa44(key, signature, mlDsaMessage(name, seconds, text)))) {
    throw new Error('the ML-DSA-44 signature does not match');
  }
  return seconds;
}

// The checkpoint, if a log of the policy signed it, and the witnesses of the policy that cosigned, each with the seconds of its clock.
// `unchecked` names those of the policy whose line is of ML-DSA-44, where the browser has none: it is well formed, and counts for nothing here.
async function openCheckpoint(data, policy) {
  const note = parseNote(data);
  const checkpoint = parseCheckpoint(note.text);
  const lineOf = ({ name, id }) => note.signatures.get(`${name}+${id}`);
  const unchecked = [];
  let signed = false;
  for (const log of policy.logs) {
    const line = lineOf(log);
    if (!line) continue;
    if (log.kind === NOTE) await checkSignature('ed25519', log.key, line, utf8.encode(note.text));
    else if ((await checkCosignature(log, line, note.text)) === null) {
      unchecked.push(log.name);
      continue;
    }
    signed ||= log.name === checkpoint.origin;
  }
  if (!signed && unchecked.includes(checkpoint.origin)) throw new Unchecked('the log has signed with ML-DSA-44, which this browser cannot check');
  if (!signed) throw new Error('no trusted log has signed this checkpoint');
  const cosigned = new Map();
  for (const [name, witness] of policy.witnesses) {
    // Only a key of ML-DSA-44 fits both roles, and one line would speak for two.
    if (policy.logs.some((log) => log.name === witness.name && log.id === witness.id)) throw new Error('a key is that of a log and of a witness');
    const line = lineOf(witness);
    if (!line) continue;
    const seconds = await checkCosignature(witness, line, note.text);
    if (seconds === null) unchecked.push(name);
    else cosigned.set(name, Number(seconds));
  }
  const met = (name) => {
    const group = policy.groups.get(name);
    return group ? group.members.filter(met).length >= group.threshold : cosigned.has(name);
  };
  return { ...checkpoint, cosigned, unchecked, quorumMet: policy.quorum === 'none' || met(policy.quorum) };
}

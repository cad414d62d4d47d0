// The form of an event and of what the registrar writes: each field there, of its kind, in its spelling.

const count = (value) => Number.isSafeInteger(value) && value >= 0;
const fromMinusOne = (value) => value === -1 || count(value);
const anyText = (value) => typeof value === 'string';
const text = (value) => anyText(value) && value !== '';
const matches = (pattern) => (value) => anyText(value) && pattern.test(value);
const device = matches(/^[a-z0-9][a-z0-9-]{2,47}$/);
const digest = matches(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/);
const texts = (value) => Array.isArray(value) && value.every(anyText) && new Set(value).size === value.length;

// 30 February and 24:00 have the form of a time and are none.
function moment(value) {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/.test(value) || value < '0001') return false;
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString() === value;
}

const EVENT = {
  v: (value) => value === 1,
  log: matches(/^[!-*,-~]{1,255}$/),
  typ: matches(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/),
  id: matches(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  dev: device,
  ep: count,
  seq: count,
  prev: (value) => value === '' || digest(value),
  seen: ({ n, root }) => count(n) && anyText(root) && (n === 0 ? root === '' : unbase64(root).length === 32),
  t: moment,
  off: (value) => typeof value === 'boolean',
  act: matches(/^(usr_[a-z0-9]{6,32})?$/),
  org: matches(/^([0-9A-Z]{18})?$/),
  site: (value) => anyText(value) && [...value].length <= 64 && !/[\u0000-\u001f\u007f]/.test(value),
  body: (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
};
// Fields that must be there; others are allowed, so that a body can grow.
const BODIES = {
  'ledger.open': { origin: text, registrar: text, catalogue: text },
  'key.enrol': { dev: device, ep: count, alg: text, pub: text, org: anyText, name: text, purpose: (value) => ['device', 'label', 'service'].includes(value), from_seq: (value) => value === 0 },
  'key.rotate': { ep: count, alg: text, pub: text, last_seq: fromMinusOne, last_hash: anyText },
  'key.revoke': { dev: device, ep: count, last_good_seq: fromMinusOne, reason: anyText },
  'log.key': { ep: count, vkey: text, replaces: text },
  'org.register': { org: text, name: text, region: text, kinds: (value) => texts(value) && value.length > 0 && value.every((kind) => ['producer', 'transporter', 'platform', 'treatment', 'regulator'].includes(kind)) },
  'site.register': { site: text, org: text, name: text, kind: text },
  'pii.erased': { digests: (value) => texts(value) && value.length <= 200 && value.every(digest), basis: text },
  'evidence.device_fork': { dev: device, ep: count, seq: count, index: count, first: digest, second: digest },
};
const LOG_EVENTS = new Set(Object.keys(BODIES));
const BY_REGISTRAR = new Set([...LOG_EVENTS].filter((typ) => typ !== 'key.rotate'));
const OPTIONAL = { log_key: text, capacity_kg: text, actor: matches(/^usr_[a-z0-9]{6,32}$/), payload: text, sig: text };

function expectFields(value, fields) {
  for (const [name, fits] of Object.entries(fields)) {
    if (!fits(value[name])) throw new Error(`the field ${name} is missing or not in its form`);
  }
}

// No null at any depth, and plain names for what is in the body.
function expectPlain(value) {
  if (value === null) throw new Error('null has no place in an event');
  if (typeof value !== 'object') return;
  if (!Array.isArray(value) && Object.keys(value).some((key) => !/^[a-z0-9_]+$/.test(key))) throw new Error('a key that is not [a-z0-9_]+');
  Object.values(value).forEach(expectPlain);
}

function expectEvent(event, payload) {
  expectKeys(event, Object.keys(EVENT).sort());
  expectPlain(event);
  expectKeys(event.seen, ['n', 'root']);
  expectFields(event, EVENT);
  if (payload.length > 16384 || (event.seq === 0) !== (event.prev === '')) throw new Error('it is too long, or its seq and prev do not fit');
}

async function expectBody({ typ, body }) {
  if (!LOG_EVENTS.has(typ)) return;
  expectFields(body, BODIES[typ]);
  for (const name of Object.keys(OPTIONAL)) if (name in body) expectFields(body, { [name]: OPTIONAL[name] });
  if ('pub' in BODIES[typ]) await expectPublicKey(body.alg, unbase64(body.pub));
  if (typ === 'pii.erased' && body.digests.length === 0 && !body.actor) throw new Error('it erases nothing');
  if (typ === 'evidence.device_fork' && (body.first === body.second || ('payload' in body) !== ('sig' in body))) throw new Error('evidence of no fork');
}

function expectDisclosure(value) {
  const [salt, name, content] = value;
  const plain = anyText(content) && content !== '' && [...content].length <= 500 && !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(content);
  if (value.length !== 3 || !matches(/^[A-Za-z0-9_-]{21}[AQgw]$/)(salt) || !matches(/^[a-z][a-z0-9_]{0,39}$/)(name) || !plain) throw new Error('a disclosure is not in its form');
}

async function expectPublicKey(algorithm, key) {
  if (algorithm === 'ed25519') {
    const y = key.length === 32 ? withoutSign(key) : P25519;
    if (y >= P25519 || LOW_ORDER.has(y)) throw new Error('not a public key');
  } else if (algorithm === 'p256' && key.length === 65 && key[0] === 4) {
    await crypto.subtle.importKey('raw', key, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  } else throw new Error('not a public key');
}

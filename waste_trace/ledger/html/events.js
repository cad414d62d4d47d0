// Entries as events: their one spelling, who signed, whether that key was enrolled, device chains.

const PAYLOAD_TYPE = 'application/vnd.waste-trace.event.v1+json';

function canonicalText(value, depth = 0) {
  if (value !== null && typeof value === 'object') {
    if (depth >= 32) throw new Error('nested more than 32 deep');
    if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item, depth + 1)).join(',')}]`;
    const keys = Object.keys(value).sort();
    if (!keys.every((key) => /^[\u0000-\u007f]*$/.test(key))) throw new Error('a key that is not ASCII');
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key], depth + 1)}`).join(',')}}`;
  }
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) throw new Error('half a character');
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new Error('a number that is no safe integer');
  return JSON.stringify(value);
}

function parseCanonical(data) {
  const text = strictUtf8.decode(data);
  const value = JSON.parse(text);
  if (canonicalText(value) !== text) throw new Error('not in the one spelling of RFC 8785');
  return value;
}

function expectKeys(value, keys) {
  if (value === null || typeof value !== 'object' || Object.keys(value).sort().join() !== keys.join()) {
    throw new Error(`must have exactly these fields: ${keys.join(', ')}`);
  }
}

function preAuthentication(payload, type = PAYLOAD_TYPE) {
  const kind = utf8.encode(type);
  return join(utf8.encode(`DSSEv1 ${kind.length} `), kind, utf8.encode(` ${payload.length} `), payload);
}

class EventChecks {
  constructor(origin, registrar, rootAt, warn, entryAt = null) {
    Object.assign(this, { origin, registrar, rootAt, warn, entryAt });
    this.organisations = new Set();
    this.times = []; // the logged time of each entry, in Unix milliseconds
    this.keys = new Map([['registrar/0', { alg: 'ed25519', pub: registrar.key, last: null, why: '' }]]);
    this.epochs = new Map([['registrar', 0]]);
    this.chains = new Map();
    this.logKeys = []; // by epoch: the key, and the leaf that names it (-1: the first)
  }

  async check(index, entry) {
    const leaf = parseCanonical(entry);
    expectKeys(leaf, ['env', 'ms', 'v']);
    expectKeys(leaf.env, ['payload', 'payloadType', 'signatures']);
    if (leaf.v !== 1 || leaf.env.signatures.length !== 1) throw new Error('not a leaf with one signature');
    const payload = unbase64(leaf.env.payload);
    const event = parseCanonical(payload);
    expectEvent(event, payload);
    const keyId = `${event.dev}/${event.ep}`;
    if (leaf.env.payloadType !== PAYLOAD_TYPE || leaf.env.signatures[0].keyid !== keyId) throw new Error('the envelope is not the event’s');
    if (event.log !== this.origin) throw new Error('the event belongs to another ledger');
    const key = this.keys.get(keyId);
    if (!key) throw new Error(`no such key was enrolled before: ${keyId}`);
    await checkSignature(key.alg, key.pub, unbase64(leaf.env.signatures[0].sig), preAuthentication(payload));
    if (key.last !== null && event.seq > key.last) this.warn(index, event.dev, `密钥 ${keyId} 失效后的事件`, `signed after ${keyId} had ended (${key.why})`);
    if ((index === 0) !== (event.typ === 'ledger.open')) throw new Error('entry 0, and it alone, opens the ledger');
    await expectBody(event);
    this.register(event, keyId, key);
    if (event.typ === 'ledger.open' && event.body.log_key) this.logKeys.push({ index: -1, key: await this.readLogKey(event.body.log_key) });
    if (event.typ === 'log.key') await this.nameLogKey(index, event.body);
    if (event.typ === 'evidence.device_fork') await this.checkFork(index, event.body);
    if (!Number.isSafeInteger(leaf.ms) || leaf.ms < (this.times.at(-1) ?? 0)) throw new Error('the logged time runs backwards');
    this.times.push(leaf.ms);
    await this.follow(index, event, keyId, await sha256(payload));
    return event;
  }

  register(event, keyId, key) {
    const { typ, body } = event;
    const byRegistrar = event.dev === 'registrar';
    if (BY_REGISTRAR.has(typ) && !byRegistrar) throw new Error(`only the registrar may write ${typ}`);
    if (byRegistrar && (BY_REGISTRAR.has(typ) || typ === 'key.rotate') && event.ep !== this.epochs.get('registrar')) throw new Error('the registrar had changed its key before');
    if ((typ === 'key.enrol' || typ === 'key.revoke') && body.dev === 'registrar') throw new Error('nobody enrols or revokes the registrar');
    if ((BY_REGISTRAR.has(typ) || typ === 'key.rotate') && key.last !== null && event.seq > key.last) throw new Error('its key had ended');
    if (typ === 'ledger.open' && (body.origin !== this.origin || body.registrar !== this.registrar.text)) {
      throw new Error('the ledger was opened with another registrar');
    }
    if (typ === 'org.register') this.organisations.add(body.org);
    if (typ === 'site.register' && !this.organisations.has(body.org)) throw new Error('the site’s organisation is unknown');
    if (typ === 'key.enrol') this.add(body.dev, body);
    if (typ === 'key.rotate') {
      if (body.last_seq !== event.seq - 1 || body.last_hash !== event.prev || body.ep !== event.ep + 1) throw new Error('the rotation does not follow its last event');
      const had = (pub) => [...this.keys].some(([id, one]) => id.startsWith('registrar/') && same(one.pub, pub));
      if (byRegistrar && (body.alg !== 'ed25519' || had(unbase64(body.pub)))) throw new Error('the registrar’s next key must be a new Ed25519 key');
      this.add(event.dev, body);
      Object.assign(key, { last: event.seq, why: 'rotated' });
    }
    if (typ === 'key.revoke') {
      const lost = this.keys.get(`${body.dev}/${body.ep}`);
      if (!lost || (lost.last !== null && body.last_good_seq > lost.last)) throw new Error('a revocation of no key, or one that gives it back');
      Object.assign(lost, { last: body.last_good_seq, why: 'revoked' });
    }
  }

  async readLogKey(text) {
    const key = await readVkey(text);
    if (key.name !== this.origin) throw new Error('not a key of this log');
    return key;
  }

  async nameLogKey(index, body) {
    const [key, before] = [await this.readLogKey(body.vkey), await this.readLogKey(body.replaces)];
    if (body.ep !== Math.max(this.logKeys.length, 1)) throw new Error('epochs of the log’s key grow by one');
    if (this.logKeys.length === 0) this.logKeys.push({ index: -1, key: before });
    if (this.logKeys.at(-1).key.text !== before.text) throw new Error('it replaces a key that is not in use');
    if (this.logKeys.some((one) => one.key.id === key.id)) throw new Error('the log has had this key before');
    this.logKeys.push({ index, key });
  }

  // Which key signs the checkpoint of a size; undefined if none was named.
  logKeyAt(size) {
    return this.logKeys.filter((one) => one.index < size).at(-1)?.key;
  }

  async checkFork(index, body) {
    const keyId = `${body.dev}/${body.ep}`;
    const key = this.keys.get(keyId);
    if (!key || body.index >= index) throw new Error('evidence of no fork');
    if (this.entryAt) {
      const named = unbase64(parseCanonical(this.entryAt(body.index)).env.payload);
      const first = parseCanonical(named);
      if (!isOf(body, first) || base64url(await sha256(named)) !== body.first) throw new Error(`entry ${body.index}, which the evidence of a fork names, is another event`);
    }
    if (body.payload !== undefined) {
      const payload = unbase64(body.payload);
      const second = parseCanonical(payload);
      expectEvent(second, payload);
      if (!isOf(body, second) || base64url(await sha256(payload)) !== body.second) throw new Error('the evidence quotes another event');
      await checkSignature(key.alg, key.pub, unbase64(body.sig), preAuthentication(payload));
    }
    this.warn(index, body.dev, `设备 ${body.dev} 以第 ${body.seq} 号签署过两个不同事件`, `${body.dev} has signed two different events with number ${body.seq}`);
  }

  add(dev, body) {
    if (body.ep !== (this.epochs.get(dev) ?? -1) + 1) throw new Error('key epochs grow by one');
    const org = body.org ?? this.keys.get(`${dev}/${body.ep - 1}`)?.org;
    this.keys.set(`${dev}/${body.ep}`, { alg: body.alg, pub: unbase64(body.pub), org, last: null, why: '' });
    this.epochs.set(dev, body.ep);
  }

  async follow(index, event, keyId, digest) {
    const chain = this.chains.get(keyId) ?? new Map();
    this.chains.set(keyId, chain);
    if (chain.has(event.seq)) this.warn(index, event.dev, '序号重复：密钥可能被复制', 'its seq was taken: the key may be copied');
    else {
      const before = chain.get(event.seq - 1);
      const after = chain.get(event.seq + 1);
      if ((before && before.hash !== event.prev) || (after && after.prev !== base64url(digest))) {
        this.warn(index, event.dev, '与设备链前后事件不符', 'does not fit its neighbours in the chain');
      }
      chain.set(event.seq, { hash: base64url(digest), prev: event.prev });
    }
    const { n, root } = event.seen;
    if (n > 0 && (n > index || base64(await this.rootAt(n)) !== root)) {
      this.warn(index, event.dev, '设备见过的检查点不属于本台账', 'the device saw a checkpoint that is not of this log');
    }
  }

  finish() {
    for (const [keyId, chain] of this.chains) {
      const missing = Math.max(...chain.keys()) + 1 - chain.size;
      if (missing > 0) this.warn(null, keyId.split('/')[0], `${keyId} 缺 ${missing} 个事件`, `${keyId} lacks ${missing} events`);
    }
  }
}

// Whether an event has the number of which evidence says that it was used twice.
function isOf(evidence, event) {
  return event.dev === evidence.dev && event.ep === evidence.ep && event.seq === evidence.seq;
}

function deviceOf(entry) {
  return /"keyid":"([a-z0-9-]{3,48})\//.exec(new TextDecoder().decode(entry))?.[1] ?? null;
}

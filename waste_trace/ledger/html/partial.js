// A partial bundle: each entry by its own proof, and what the selection leaves open.

const KINDS = ['container', 'manifest', 'organisation'];
const REGISTRATIONS = 'application/vnd.waste-trace.registrations.v1+json';
const half = (number) => Math.floor(number / 2);
const node = (left, right) => sha256(Uint8Array.of(1), left, right);

// Lines of b64, each of a hash.
function readHashes(lines) {
  const hashes = lines.map(unbase64);
  if (hashes.some((hash) => hash.length !== 32)) throw new Error('a line is not a hash');
  return hashes;
}

// RFC 9162 2.1.3.2.
async function checkInclusion(leaf, index, size, proof, root) {
  if (!(index < size)) throw new Error('its index is not in the tree');
  let [at, last, current] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) throw new Error('the proof is longer than the path');
    if (at % 2 === 1 || at === last) {
      current = await node(sibling, current);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else current = await node(current, sibling);
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0 || !same(current, root)) throw new Error('its proof does not lead to the signed root');
}

// RFC 9162 2.1.4.2.
async function checkConsistency(older, newer, proof) {
  if (older.size === 0 || older.size > newer.size) throw new Error('a tree does not shrink');
  if (older.size === newer.size) {
    if (proof.length !== 0 || !same(older.root, newer.root)) throw new Error('two roots for one size');
    return;
  }
  const path = Number.isInteger(Math.log2(older.size)) ? [older.root, ...proof] : [...proof];
  if (path.length === 0) throw new Error('the consistency proof is empty');
  let [at, last] = [older.size - 1, newer.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [before, after] = [path[0], path[0]];
  for (const sibling of path.slice(1)) {
    if (last === 0) throw new Error('the proof is longer than the path');
    if (at % 2 === 1 || at === last) {
      [before, after] = [await node(sibling, before), await node(sibling, after)];
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else after = await node(after, sibling);
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0 || !same(before, older.root) || !same(after, newer.root)) throw new Error('it contradicts the newest checkpoint');
}

// Sequence numbers as runs of first and last.
function runsOf(numbers) {
  const runs = [];
  for (const seq of [...numbers].sort((a, b) => a - b)) {
    if (runs.length && runs.at(-1)[1] === seq - 1) runs.at(-1)[1] = seq;
    else runs.push([seq, seq]);
  }
  return runs;
}

function readScope(data) {
  const text = strictUtf8.decode(data);
  if (!text.endsWith('\n')) throw new Error('it lacks its newline');
  const scope = parseCanonical(utf8.encode(text.slice(0, -1)));
  expectKeys(scope, ['from_ms', 'kind', 'shown', 'until_ms', 'v', 'value']);
  const { from_ms: from, until_ms: until } = scope;
  const period = scope.kind === 'organisation' ? from >= 0 && from < until : from === 0 && until === 0;
  if (scope.v !== 1 || !KINDS.includes(scope.kind) || typeof scope.value !== 'string' || !scope.value || !period) {
    throw new Error('it names nothing that can be selected');
  }
  return scope;
}

class PartialEvents extends EventChecks {
  constructor(origin, registrar, scope, warn) {
    super(origin, registrar, null, warn);
    Object.assign(this, { scope, subjects: 0, supporting: 0, period: new Period(scope), enrolled: new Map() });
  }

  // Called last for each entry, when its time is known. What the device had seen can only
  // be compared with the whole ledger.
  async follow(index, event, keyId, digest) {
    const supports = event.dev === 'registrar' || LOG_EVENTS.has(event.typ);
    if (!supports && !this.covers(event)) throw outOfScope(index, event.dev);
    if (supports) this.supporting += 1;
    const ofOrg = this.scope.kind === 'organisation';
    const ms = this.times.at(-1);
    if (!supports && (!ofOrg || this.period.holds(ms))) this.subjects += 1;
    if (ofOrg && event.dev !== 'registrar') this.period.add(index, event, keyId, ms);
    if (event.typ === 'key.enrol') this.enrolled.set(`${event.body.dev}/${event.body.ep}`, ms);
    if (event.typ === 'key.rotate') this.enrolled.set(`${event.dev}/${event.body.ep}`, ms);
    const chain = this.chains.get(keyId) ?? new Map();
    this.chains.set(keyId, chain);
    if (chain.has(event.seq)) this.warn(index, event.dev, '序号重复', 'its seq was taken');
    else chain.set(event.seq, { hash: base64url(digest), prev: event.prev, index });
  }

  covers(event) {
    const { kind, value } = this.scope;
    return kind === 'organisation' ? event.org === value : canonicalText(event).includes(canonicalText(value));
  }

  // Of an organisation, what lies outside the period must be a neighbour of it.
  checkPeriod() {
    const { misfit } = this.period;
    if (misfit) throw outOfScope(misfit.index, misfit.keyId.split('/')[0]);
  }

  finish() {
    for (const [keyId, chain] of this.chains) {
      for (const [seq, { prev, index }] of chain) {
        const before = chain.get(seq - 1);
        if (before && before.hash !== prev) this.warn(index, keyId.split('/')[0], '与设备链前一事件不符', 'does not fit the event before it in its chain');
      }
    }
  }

  get shown() {
    return Object.fromEntries([...this.chains].map(([keyId, chain]) => [keyId, runsOf(chain.keys())]));
  }

  get registrarEntry() {
    const own = [...this.chains].filter(([keyId]) => keyId.startsWith('registrar/'));
    return Math.max(-1, ...own.flatMap(([, chain]) => [...chain.values()].map((one) => one.index)));
  }

  // For the keys that the organisation had before the period's end.
  proven() {
    const { value, until_ms: until } = this.scope;
    return this.period.proven([...this.keys].filter(([keyId, key]) => key.org === value && this.enrolled.get(keyId) < until).map(([keyId]) => keyId));
  }
}

function outOfScope(index, device) {
  return new Finding('scope', `第 ${index} 条不在范围内。`, `Entry ${index} is out of scope.`, { file: `entry/${index}.json`, index, device });
}

class PartialVerification extends Verification {
  async checkContents() {
    const { policy, registrar } = await this.loadKeys();
    this.checkpoint = await this.attempt('checkpoint', 'checkpoint', () => this.readCheckpoint(policy));
    const scope = await this.attempt('scope', 'scope.json', () => readScope(this.read('scope.json')));
    this.shown = await this.attempt('disclosures', 'disclosures.jsonl', () => this.readDisclosures());
    const events = new PartialEvents(this.checkpoint.origin, registrar, scope, (...args) => this.warn(...args));
    const indices = [...this.files.keys()].map((name) => /^entry\/(0|[1-9][0-9]{0,15})\.json$/.exec(name)?.[1]).filter(Boolean).map(Number).sort((a, b) => a - b);
    for (const [done, index] of indices.entries()) {
      await this.checkEntry(index, events);
      this.progress(done + 1, indices.length);
    }
    events.checkPeriod();
    if (this.shown.size) throw this.mismatch(Math.min(...this.shown.keys()));
    this.checkRegistrar(events);
    const attested = await this.checkRegistrations(events);
    if (canonicalText(events.shown) !== canonicalText(scope.shown)) {
      throw new Finding('scope', '范围说明与所含条目不符。', 'scope.json and the entries here disagree.', { file: 'scope.json', verdict: 'incomplete' });
    }
    events.finish();
    this.checks.push('proofs', 'events', 'scope');
    const trusted = await this.checkLogKeys(policy, events);
    await this.checkPinned(trusted, events);
    this.scope = describeScope(scope, events, attested);
  }

  async checkEntry(index, events) {
    const file = `entry/${index}.json`;
    const entry = this.read(file);
    const where = { index, device: deviceOf(entry) };
    await this.attempt('proofs', file, () => this.checkProof(index, entry), where);
    this.checkShown(index, await this.attempt('events', file, () => events.check(index, entry), where));
  }

  // The proof file holds what a receipt holds, and nothing else: it may not differ by a byte.
  async checkProof(index, entry) {
    const text = strictUtf8.decode(this.read(`entry/${index}.tlog-proof`));
    const end = text.indexOf('\n\n');
    const [header, extra, place, ...lines] = text.slice(0, end).split('\n');
    const ms = base64(utf8.encode(canonicalText({ ms: parseCanonical(entry).ms })));
    const fits = header === 'c2sp.org/tlog-proof@v1' && extra === `extra ${ms}` && place === `index ${index}`;
    if (end < 0 || !fits || text.slice(end + 2) !== strictUtf8.decode(this.read('checkpoint'))) {
      throw new Error('its proof is for another entry or checkpoint');
    }
    const leaf = await sha256(Uint8Array.of(0), entry);
    await checkInclusion(leaf, index, this.checkpoint.size, readHashes(lines), this.checkpoint.root);
  }

  // A left-out event of the registrar could be a revocation. With its newest key it may have said
  // nothing yet; each one before ended with a rotation.
  checkRegistrar(events) {
    const newest = events.epochs.get('registrar');
    const runs = Array.from({ length: newest + 1 }, (_, ep) => events.shown[`registrar/${ep}`] ?? []);
    if (newest > 0 && runs.at(-1).length === 0) runs.pop();
    if (runs.some((of) => of.length !== 1 || of[0][0] !== 0)) {
      throw new Finding('enrolment', '登记员的事件不完整：可能缺少密钥吊销。', 'Events of the registrar are missing: a revocation may be among them.', { verdict: 'incomplete' });
    }
  }

  // Whether the registrar has signed that none of the newest is left out either.
  async checkRegistrations(events) {
    const file = 'registrations.json';
    if (!this.files.has(file)) return false;
    const said = await this.attempt('enrolment', file, () => this.readRegistrations(file, events));
    const here = events.supporting;
    if (said !== here) {
      throw new Finding('enrolment', `登记员声明有 ${said} 条登记，本包有 ${here} 条：可能缺少密钥吊销。`, `The registrar has signed ${said} registrations, ${here} are here: a revocation may be missing.`, { file, verdict: said > here ? 'incomplete' : 'tampered' });
    }
    return true;
  }

  // How many entries say who may sign, by the word of the registrar's newest key.
  async readRegistrations(file, events) {
    const text = strictUtf8.decode(this.read(file));
    if (!text.endsWith('\n')) throw new Error('it lacks its newline');
    const envelope = parseCanonical(utf8.encode(text.slice(0, -1)));
    expectKeys(envelope, ['payload', 'payloadType', 'signatures']);
    if (envelope.signatures.length !== 1) throw new Error('not one signature');
    const [{ keyid, sig }] = envelope.signatures;
    expectKeys(envelope.signatures[0], ['keyid', 'sig']);
    const ep = events.epochs.get('registrar');
    const newer = /^registrar\/(0|[1-9][0-9]{0,8})$/.exec(keyid);
    if (newer && Number(newer[1]) > ep) {
      throw new Finding('enrolment', '登记员已更换密钥，而该条目不在本包中：可能还缺少密钥吊销。', `${keyid} has signed, whose entry is not here: a revocation may be missing.`, { file, verdict: 'incomplete' });
    }
    if (keyid !== `registrar/${ep}` || envelope.payloadType !== REGISTRATIONS) throw new Error(`it is not signed by registrar/${ep}`);
    const payload = unbase64(envelope.payload);
    const key = events.keys.get(keyid);
    await checkSignature(key.alg, key.pub, unbase64(sig), preAuthentication(payload, REGISTRATIONS));
    const said = parseCanonical(payload);
    expectKeys(said, ['entries', 'log', 'n', 'root', 'v']);
    const { origin, size, root } = this.checkpoint;
    if (!Number.isSafeInteger(said.entries) || said.entries < 0 || said.log !== origin || said.n !== size || said.root !== base64(root) || said.v !== 1) {
      throw new Error('it states no number, or is of another checkpoint');
    }
    return said.entries;
  }

  // Without tiles an older checkpoint cannot be compared, and that is said.
  compareKept(file, old) {
    const { size, root } = this.checkpoint;
    if (old.size !== size) this.warn(null, null, `留存的检查点 ${file}（${old.size} 条）无法与部分审计包比对：请索取整本审计包`, `${file} has ${old.size} entries: a partial bundle cannot be held against it`);
    else if (!same(old.root, root)) throw new Finding('pinned', `同为 ${size} 条，却与留存的检查点不符：历史已被改写。`, `Another history of ${size} entries was kept.`, { file });
  }

  // There are no tiles: a handover of the log's key brings a proof of its own.
  async requirePrefix(what, file, old) {
    const proof = file.replace(/\.checkpoint$/, '.consistency');
    await this.attempt(what, file, async () => {
      const lines = strictUtf8.decode(this.read(proof)).split('\n');
      if (lines.pop() !== '') throw new Error('the consistency proof lacks its newline');
      await checkConsistency(old, this.checkpoint, readHashes(lines));
    });
  }
}

function describeScope(scope, events, attested) {
  const ep = events.epochs.get('registrar');
  const last = scope.shown[`registrar/${ep}`]?.[0][1] ?? -1;
  const [count, value, entry] = [events.subjects, scope.value, events.registrarEntry];
  let [zh, en] = [`提及 ${value} 的 ${count} 条；是挑选结果，不证明没有其他事件`, `${count} entries that name ${value}; a selection, there may be others`];
  let proven;
  if (scope.kind === 'organisation') {
    proven = events.proven();
    [zh, en] = periodStatement(proven);
    [zh, en] = [`单位 ${value} 的 ${count} 条；${zh}`, `${count} entries of ${value}; ${en}`];
  } else {
    const keys = Object.entries(scope.shown).filter(([key]) => !key.startsWith('registrar/'));
    proven = { with_gaps: keys.filter(([, runs]) => runs.length > 1).map(([key]) => key).sort() };
  }
  const [afterZh, afterEn] = attested
    ? ['登记员签字声明此后到本检查点再无登记、换钥或吊销。', 'the registrar has signed that up to this checkpoint nothing was enrolled, rotated or revoked after it.']
    : ['此后若有登记或吊销，本包看不出。', 'what was enrolled or revoked after it is not seen.'];
  return {
    kind: scope.kind, value, entries: count, ...proven, registrar_epoch: ep, registrar_up_to: last, registrar_entry: entry, registrations: attested ? 'attested' : 'open',
    statement_zh: `范围：${zh}。登记员事件到 registrar/${ep} 第 ${last} 号（第 ${entry} 条）为止：${afterZh}`,
    statement_en: `Scope: ${en}. Events of registrar/${ep} up to seq ${last} (entry ${entry}) are here: ${afterEn}`,
  };
}

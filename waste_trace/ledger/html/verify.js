// A whole bundle: files, checkpoint, entries against tiles, tiles against the root, kept checkpoints.

class Tree {
  constructor() {
    this.leaves = [];
    this.nodes = new Map();
  }

  async node(height, index) {
    if (height === 0) return this.leaves[index];
    const key = `${height}/${index}`;
    if (!this.nodes.has(key)) {
      const left = await this.node(height - 1, 2 * index);
      this.nodes.set(key, await sha256(Uint8Array.of(1), left, await this.node(height - 1, 2 * index + 1)));
    }
    return this.nodes.get(key);
  }

  async root(size) {
    if (size === 0) return sha256();
    let root = null;
    for (let height = 0, rest = size; rest > 0; height += 1, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) continue;
      const node = await this.node(height, rest - 1);
      root = root === null ? node : await sha256(Uint8Array.of(1), node, root);
    }
    return root;
  }
}

function tilePath(level, index, width) {
  const digits = (number) => String(number).padStart(3, '0');
  let path = digits(index % 1000);
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) path = `x${digits(rest % 1000)}/${path}`;
  return `tile/${level}/${path}${width < 256 ? `.p/${width}` : ''}`;
}

class Verification {
  // `given`: what `readGiven` makes of the reader's files, or null.
  constructor(files, given, progress) {
    Object.assign(this, { files, given, progress, checks: [], warnings: [], tree: new Tree() });
  }

  read(name) {
    const data = this.files.get(name);
    if (!data) throw new Finding('files', `缺少文件 ${name}。`, `The file ${name} is missing.`, { file: name, verdict: 'incomplete' });
    return data;
  }

  warn(index, device, zh, en) {
    if (this.warnings.length < 200) this.warnings.push({ index, device, zh, en });
  }

  // A mismatch with the manifest waits: a deeper check can often say which entry is behind it.
  async run() {
    const altered = await this.checkFiles();
    try {
      await this.checkContents();
    } catch (error) {
      if (!(error instanceof Finding)) throw error;
      throw altered && error.verdict !== 'tampered' ? altered : error;
    }
    if (altered) throw altered;
    if (!this.checkpoint.quorumMet) {
      const [zh, en] = this.checkpoint.unchecked.length ? ['，本浏览器无法核验的签名未计入', '; what this browser cannot check was not counted'] : ['', ''];
      throw new Finding('witnesses', `见证未达法定数${zh}。`, `The quorum of witnesses is not met${en}.`, { file: 'checkpoint', verdict: 'incomplete' });
    }
    if (this.checkpoint.cosigned.size === 0) this.warn(null, null, '策略不要求见证：无法排除分叉视图', 'no witness is required: split views pass');
    this.checks.push('witnesses');
  }

  async checkFiles() {
    const listed = new Map();
    for (const line of strictUtf8.decode(this.read('MANIFEST.sha256')).split('\n').slice(0, -1)) listed.set(line.slice(66), line.slice(0, 64));
    for (const [name, digest] of listed) {
      if (this.files.has(name) && hex(await sha256(this.files.get(name))) !== digest) {
        return new Finding('files', `文件 ${name} 与清单不符。`, `The file ${name} does not match the manifest.`, { file: name });
      }
    }
    for (const name of this.files.keys()) {
      if (name !== 'MANIFEST.sha256' && !listed.has(name)) return new Finding('files', `清单外的文件 ${name}。`, `The file ${name} is not in the manifest.`, { file: name });
    }
    for (const name of listed.keys()) {
      if (!this.files.has(name)) return new Finding('files', `缺少文件 ${name}。`, `The file ${name} is missing.`, { file: name, verdict: 'incomplete' });
    }
    this.checks.push('files');
    return null;
  }

  async checkContents() {
    const { policy, registrar } = await this.loadKeys();
    this.checkpoint = await this.attempt('checkpoint', 'checkpoint', () => this.readCheckpoint(policy));
    const warn = (...args) => this.warn(...args);
    const events = new EventChecks(this.checkpoint.origin, registrar, (size) => this.tree.root(size), warn, (index) => this.entryAt(index));
    this.shown = await this.attempt('disclosures', 'disclosures.jsonl', () => this.readDisclosures());
    for (let start = 0; start < this.checkpoint.size; start += 256) {
      await this.checkEntries(start, Math.min(256, this.checkpoint.size - start), events);
      this.progress(Math.min(start + 256, this.checkpoint.size), this.checkpoint.size);
    }
    if (this.shown.size) throw this.mismatch(Math.min(...this.shown.keys()));
    events.finish();
    await this.checkTiles();
    const trusted = await this.checkLogKeys(policy, events);
    const kept = await this.checkPinned(trusted, events);
    this.checkCosignedTimes([this.checkpoint, ...kept], events.times);
  }

  // That the log's key of its size has signed the checkpoint; the policy with all of the log's keys.
  async checkLogKeys(policy, events) {
    const trusted = await this.followLogKeys(policy, events.logKeys);
    this.checkpoint = await this.attempt('checkpoint', 'checkpoint', () => openCheckpoint(this.read('checkpoint'), trusted));
    await this.attempt('checkpoint', 'checkpoint', () => requireLogKey(this.read('checkpoint'), events.logKeyAt(this.checkpoint.size)));
    if (!this.checks.includes('checkpoint')) this.checks.splice(1, 0, 'checkpoint');
    this.warnUnchecked('checkpoint', this.checkpoint);
    return trusted;
  }

  // Before all other warnings, of which a long list is cut: "proven" leaves these signatures out.
  warnUnchecked(file, { unchecked }) {
    for (const name of unchecked) {
      const zh = `${file}：有 ${name} 的 ML-DSA-44 签名，本浏览器无法核验，未计入；请用 waste-trace-verify`;
      const en = `${file}: there is an ML-DSA-44 signature of ${name}, which this browser cannot check and this page does not count; waste-trace-verify does`;
      this.warnings.unshift({ index: null, device: null, zh, en });
    }
  }

  // A key that the reader does not know may be a later one of the log: then the entries must name it
  // before its signature counts, and until then this is only what somebody claims.
  async readCheckpoint(policy) {
    const data = this.read('checkpoint');
    const claimed = parseCheckpoint(parseNote(data).text);
    if (this.given && !policy.logs.some((log) => log.name === claimed.origin)) {
      const names = policy.logs.map((log) => log.name);
      throw new Finding('keys', `审计包属于台账 ${claimed.origin}，给定的密钥属于 ${names.join('、')}：请取该台账的密钥。`, `The bundle is of ${claimed.origin}, the keys given are of ${names.join(', ')}.`, { file: 'checkpoint', verdict: 'unusable' });
    }
    try {
      const opened = await openCheckpoint(data, policy);
      this.checks.push('checkpoint');
      return opened;
    } catch (error) {
      if (this.handovers().length === 0) throw error;
      return claimed;
    }
  }

  handovers() {
    return [...this.files.keys()].filter((name) => /^log-keys\/[1-9][0-9]*\.checkpoint$/.test(name));
  }

  // The policy with the log's other keys, if checkpoints signed by two keys each lead to the newest.
  async followLogKeys(policy, keys) {
    const listed = new Set(policy.logs.map((log) => log.text));
    const reached = keys.map((one) => listed.has(one.key.text)).lastIndexOf(true);
    if (keys.length === 0 || reached < 0) return policy;
    const there = this.handovers();
    for (let ep = 1; ep < keys.length; ep += 1) {
      const file = `log-keys/${ep}.checkpoint`;
      if (there.includes(file)) await this.checkHandover(file, keys[ep - 1].key, keys[ep]);
      else if (ep > reached) throw new Finding('checkpoint', `缺少文件 ${file}。`, `The file ${file} is missing.`, { file, verdict: 'incomplete' });
    }
    const more = there.find((file) => Number(file.slice(9, -11)) >= keys.length);
    if (more) throw new Finding('checkpoint', `${more}：台账没有这一轮密钥。`, `${more}: the log has no such key.`, { file: more });
    return { ...policy, logs: [...policy.logs, ...keys.map((one) => one.key).filter((key) => !listed.has(key.text))] };
  }

  async checkHandover(file, before, next) {
    const old = await this.attempt('checkpoint', file, async () => {
      await requireLogKey(this.read(file), before);
      await requireLogKey(this.read(file), next.key);
      const read = parseCheckpoint(parseNote(this.read(file)).text);
      if (read.size <= next.index) throw new Error('it does not cover the leaf that names the next key');
      return read;
    });
    await this.requirePrefix('checkpoint', file, old);
  }

  async requirePrefix(what, file, old) {
    if (old.size > this.checkpoint.size) throw new Finding(what, `留存的检查点有 ${old.size} 条：末尾可能被删。`, `A kept checkpoint has ${old.size} entries.`, { file, verdict: 'incomplete' });
    if (!same(await this.tree.root(old.size), old.root)) throw new Finding(what, `前 ${old.size} 条与留存的检查点不符：历史已被改写。`, `The first ${old.size} entries contradict a kept checkpoint.`, { file });
  }

  async loadKeys() {
    const [policy, registrar] = [this.read('policy.txt'), this.read('registrar.vkey')];
    if (this.given) {
      await this.compareKeys(policy, registrar);
      return this.given;
    }
    this.warn(null, null, '使用了审计包自带的公钥：只能证明包内自洽', 'the keys are from the bundle itself: it agrees with itself, no more is shown');
    return {
      policy: await this.attempt('keys', 'policy.txt', () => parsePolicy(policy)),
      registrar: await this.attempt('keys', 'registrar.vkey', () => readRegistrar(registrar)),
    };
  }

  // The given keys decide; that the bundle proposes others is worth knowing.
  async compareKeys(policy, registrar) {
    const own = await parsePolicy(policy).catch(() => null);
    if (!own || !samePolicy(own, this.given.policy)) this.warn(null, null, '审计包自带的策略与给定的不同；以给定的为准', 'the bundle carries another policy than the one given, which decides');
    if (!same(registrar, utf8.encode(`${this.given.registrar.text}\n`))) this.warn(null, null, '审计包自带的登记员公钥与给定的不同；以给定的为准', 'the bundle carries another registrar key than the one given, which decides');
  }

  async attempt(what, file, work, where = {}) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Finding) throw error;
      const place = where.index === undefined ? file : `${where.index}`;
      const [verdict, zh] = error instanceof Unchecked ? ['incomplete', '无法核验'] : ['tampered', '核验不通过'];
      throw new Finding(what, `${place}：${zh}（${error.message}）。`, `${place}: ${error.message}.`, { file, verdict, ...where });
    }
  }

  async checkEntries(start, width, events) {
    const file = tilePath('entries', start / 256, width);
    const data = this.read(file);
    const tileFile = tilePath(0, start / 256, width);
    const tile = this.read(tileFile);
    let at = 0;
    const entries = [];
    for (let index = start; index < start + width; index += 1) {
      const end = at + 2 + data[at] * 256 + data[at + 1];
      const entry = data.subarray(at + 2, end);
      const digest = await sha256(Uint8Array.of(0), entry);
      const expected = tile.subarray((index - start) * 32, (index - start + 1) * 32);
      if (!(end <= data.length) || !same(digest, expected)) {
        throw new Finding('entries', `第 ${index} 条与其叶哈希不符：内容被改。`, `Entry ${index} does not match its leaf hash: it was altered.`, { file, index, device: deviceOf(entry) });
      }
      this.tree.leaves.push(digest);
      entries.push(entry);
      at = end;
    }
    if (at !== data.length || tile.length !== width * 32) throw new Finding('entries', '条目文件末尾有多余字节。', 'There are bytes after the last entry.', { file, index: start + width - 1 });
    for (const [offset, entry] of entries.entries()) {
      const index = start + offset;
      const event = await this.attempt('events', file, () => events.check(index, entry), { index, device: deviceOf(entry) });
      this.checkShown(index, event);
    }
  }

  // An entry of a bundle that was looked at before.
  entryAt(index) {
    const start = index - (index % 256);
    const data = this.read(tilePath('entries', start / 256, Math.min(256, this.checkpoint.size - start)));
    let at = 0;
    for (let before = start; before < index; before += 1) at += 2 + data[at] * 256 + data[at + 1];
    return data.subarray(at + 2, at + 2 + data[at] * 256 + data[at + 1]);
  }

  checkShown(index, event) {
    const left = new Set(Array.isArray(event.body.pii) ? event.body.pii : []);
    for (const digest of this.shown.get(index) ?? []) if (!left.delete(digest)) throw this.mismatch(index);
    this.shown.delete(index);
  }

  // Entry index to the digests of the personal data that the bundle shows for it.
  async readDisclosures() {
    const shown = new Map();
    const data = this.files.get('disclosures.jsonl');
    if (!data) return shown;
    const lines = strictUtf8.decode(data).split('\n');
    if (lines.pop() !== '') throw new Error('the last line lacks its newline');
    let before = null;
    for (const line of lines) {
      const one = parseCanonical(utf8.encode(line));
      expectKeys(one, ['disclosure', 'index']);
      const after = before === null || one.index > before.index || (one.index === before.index && one.disclosure > before.disclosure);
      if (!count(one.index) || !after) throw new Error('the lines are not sorted, or one comes twice');
      before = one;
      const plain = one.disclosure.replace(/-/g, '+').replace(/_/g, '/');
      const array = unbase64(plain + '='.repeat((4 - (plain.length % 4)) % 4));
      expectDisclosure(parseCanonical(array));
      shown.set(one.index, [...(shown.get(one.index) ?? []), base64url(await sha256(array))]);
    }
    return shown;
  }

  mismatch(index) {
    return new Finding('disclosures', `第 ${index} 条：披露的个人信息与条目中的摘要不符。`, `Entry ${index}: a disclosure matches no digest in the entry.`, { file: 'disclosures.jsonl', index });
  }

  async checkTiles() {
    const { size, root } = this.checkpoint;
    let finding = null;
    for (let level = 1; Math.floor(size / 256 ** level) > 0; level += 1) {
      const hashes = Math.floor(size / 256 ** level);
      for (let start = 0; start < hashes; start += 256) {
        const file = tilePath(level, start / 256, Math.min(256, hashes - start));
        const tile = this.read(file);
        for (let i = start; i < Math.min(start + 256, hashes); i += 1) {
          const ours = await this.tree.node(8 * level, i);
          if (finding === null && !same(ours, tile.subarray((i - start) * 32, (i - start + 1) * 32))) {
            const index = i * 256 ** level;
            finding = new Finding('tiles', `第 ${index} 条起的树分片不符。`, `A tile differs from the entries, from entry ${index} on.`, { file, index });
          }
        }
      }
    }
    if (finding) throw finding;
    if (!same(await this.tree.root(size), root)) throw new Finding('root', '全部条目算出的树根与已签名的检查点不符。', 'The entries do not lead to the root that the log signed.', { file: 'checkpoint' });
    this.checks.push('entries', 'events', 'tiles', 'root');
  }

  // The kept checkpoints, those of the bundle and those that came with the keys: each of this history.
  async checkPinned(policy, events) {
    const kept = [];
    const own = [...this.files].filter(([file]) => /^pinned\/.*\.checkpoint$/.test(file)).sort();
    const given = [...(this.given?.pinned ?? [])];
    for (const [name, note] of [...own, ...given]) {
      const { origin } = await this.attempt('pinned', name, () => parseCheckpoint(parseNote(note).text));
      if (origin !== this.checkpoint.origin) {
        if (!this.given?.pinned.has(name)) throw new Finding('pinned', '留存的检查点属于另一台账。', 'The pinned checkpoint is of another log.', { file: name });
        this.warn(null, null, `留存的检查点 ${name} 属于另一台账 ${origin}，未比对`, `${name} is of another ledger, ${origin}, and was not compared`);
        continue;
      }
      const old = await this.attempt('pinned', name, () => openCheckpoint(note, policy));
      await this.compareKept(name, old);
      if (old.size <= this.checkpoint.size) await this.attempt('pinned', name, () => requireLogKey(note, events.logKeyAt(old.size)));
      this.warnUnchecked(name, old);
      kept.push(old);
    }
    this.checks.push('pinned');
    return kept;
  }

  compareKept(name, old) {
    return this.requirePrefix('pinned', name, old);
  }

  // Clocks differ and witnesses err: what contradicts a cosignature is evidence, and no verdict.
  checkCosignedTimes(checkpoints, times) {
    for (const { size, cosigned } of checkpoints) {
      if (size === 0) continue;
      for (const [witness, seconds] of [...cosigned].sort()) {
        const said = timesAgainst(witness, seconds, size, times[size - 1], times[size]);
        for (const { index, zh, en } of said) this.warn(index, null, zh, en);
      }
    }
  }
}

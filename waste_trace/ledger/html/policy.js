// Whom to believe: logs, witnesses, groups and the quorum (c2sp.org/tlog-policy), and the registrar.

// Names are octets: of a word that is no UTF-8 each stays apart from all characters, as half of a pair.
function wordOf(octets) {
  const raw = Uint8Array.from(octets, (octet) => octet.charCodeAt(0));
  try {
    return strictUtf8.decode(raw);
  } catch {
    return Array.from(raw, (value) => String.fromCharCode(value < 0x80 ? value : 0xdc00 + value)).join('');
  }
}

// Definitions line by line; every name must be defined before it is used.
class PolicyReader {
  constructor() {
    Object.assign(this, { logs: [], witnesses: new Map(), groups: new Map(), quorum: null, members: new Set() });
  }

  async take([verb, ...words]) {
    const [name] = words;
    if (verb === 'log' && words.length >= 1 && words.length <= 2) {
      this.logs.push(await this.party(words, [NOTE, ML_DSA_44], this.logs));
    } else if (verb === 'witness' && words.length >= 2 && words.length <= 3) {
      this.expectNew(name);
      this.witnesses.set(name, await this.party(words.slice(1), [COSIGNATURE, ML_DSA_44], [...this.witnesses.values()]));
    } else if (verb === 'group' && words.length >= 3) {
      this.expectNew(name);
      this.groups.set(name, this.group(words[1], words.slice(2)));
    } else if (verb === 'quorum' && words.length === 1 && this.quorum === null) {
      if (name !== 'none') this.expectDefined(name);
      this.quorum = name;
    } else throw new Error('it is not understood');
  }

  async party([line, url = ''], kinds, others) {
    const key = await readVkey(line, kinds);
    if (others.some((other) => same(other.key, key.key))) throw new Error('the same public key is listed twice');
    return { ...key, url };
  }

  group(threshold, members) {
    for (const member of members) {
      this.expectDefined(member);
      if (this.members.has(member)) throw new Error(`${member} is already in a group`);
      this.members.add(member);
    }
    if (threshold === 'any') return { threshold: 1, members };
    if (threshold === 'all') return { threshold: members.length, members };
    if (!/^[1-9][0-9]{0,5}$/.test(threshold) || Number(threshold) > members.length) throw new Error('the threshold is not between 1 and the members');
    return { threshold: Number(threshold), members };
  }

  expectNew(name) {
    if (name === 'none' || this.defines(name)) throw new Error(`the name ${name} is taken`);
  }

  expectDefined(name) {
    if (!this.defines(name)) throw new Error(`${name} is not defined above`);
  }

  defines(name) {
    return this.witnesses.has(name) || this.groups.has(name);
  }
}

async function parsePolicy(data) {
  if (data.some((octet) => (octet < 0x20 && octet !== 9 && octet !== 10) || octet === 0x7f)) throw new Error('a control character');
  if (data.at(-1) !== 10) throw new Error('the last line lacks its newline');
  const reader = new PolicyReader();
  for (const [before, line] of Array.from(data, (octet) => String.fromCharCode(octet)).join('').split('\n').entries()) {
    const words = line.split(/[ \t]+/).filter(Boolean).map(wordOf);
    if (words.length === 0 || words[0].startsWith('#')) continue;
    try {
      await reader.take(words);
    } catch (error) {
      throw new Error(`line ${before + 1}: ${error.message}`);
    }
  }
  if (reader.quorum === null) throw new Error('there is no quorum line');
  const { logs, witnesses, groups, quorum } = reader;
  return { logs, witnesses, groups, quorum };
}

// Whether two policies say the same; spaces, comments and the order of witnesses and groups say nothing.
function samePolicy(one, other) {
  const sorted = (entries) => entries.map((entry) => JSON.stringify(entry)).sort();
  const [first, second] = [one, other].map(({ logs, witnesses, groups, quorum }) => JSON.stringify([
    logs.map(({ text, url }) => [text, url]),
    sorted([...witnesses].map(([name, { text, url }]) => [name, text, url])),
    sorted([...groups]),
    quorum,
  ]));
  return first === second;
}

async function readRegistrar(data) {
  const line = strictUtf8.decode(data);
  if (!line.endsWith('\n')) throw new Error('it lacks its newline');
  return readVkey(line.slice(0, -1));
}

// What the reader has brought: file names to bytes. Keys that cannot be used accuse nobody.
async function readGiven(files) {
  const read = async (name, parse) => {
    try {
      if (!files.has(name)) throw new Error('it is missing');
      return await parse(files.get(name));
    } catch (error) {
      throw new Finding('usage', `给定的 ${name} 无法使用（${error.message}）。`, `The ${name} given cannot be used: ${error.message}.`, { file: name, verdict: 'unusable' });
    }
  };
  return {
    policy: await read('policy.txt', parsePolicy),
    registrar: await read('registrar.vkey', readRegistrar),
    pinned: new Map([...files].filter(([name]) => name.endsWith('.checkpoint')).sort()),
  };
}

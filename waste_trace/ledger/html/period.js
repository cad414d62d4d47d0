// What of an organisation's keys lies in a period, and whether that is all they said in it.

const highest = (seqs) => [...seqs].reduce((most, seq) => Math.max(most, seq), -1);
const lowest = (seqs) => [...seqs].reduce((least, seq) => Math.min(least, seq), Infinity);

// The numbers of one key that are here, by when they were logged; `end` is that of its rotation.
class KeySpan {
  constructor() {
    Object.assign(this, { before: new Set(), inside: new Set(), after: new Set(), end: null });
  }

  // An event outside is a neighbour of one inside; of a silent key the last before, or the next of that.
  fits(seq) {
    if (this.inside.size) return this.inside.has(seq - 1) || this.inside.has(seq + 1);
    return [0, 1].includes(seq - highest(this.before));
  }

  get headProven() {
    const first = lowest(this.inside);
    return first === 0 || this.before.has(first - 1);
  }

  get tailProven() {
    return this.endsWith(highest(this.inside));
  }

  get unbroken() {
    const here = new Set([...this.before, ...this.inside, ...this.after]);
    const last = highest(this.inside);
    for (let seq = lowest(this.inside); seq < last; seq += 1) if (!here.has(seq)) return false;
    return true;
  }

  get silenceProven() {
    return this.inside.size === 0 && this.endsWith(highest(this.before));
  }

  endsWith(seq) {
    return this.end === seq || this.end === seq + 1 || this.after.has(seq + 1);
  }
}

class Period {
  constructor({ value, from_ms: from, until_ms: until }) {
    Object.assign(this, { org: value, from, until, spans: new Map(), outside: [] });
  }

  holds(ms) {
    return this.from <= ms && ms < this.until;
  }

  // An event of the organisation, or any rotation: these are always here, they say who may sign.
  add(index, event, keyId, ms) {
    const span = this.spans.get(keyId) ?? new KeySpan();
    this.spans.set(keyId, span);
    const ends = event.typ === 'key.rotate';
    if (ends) span.end = event.seq;
    if (!this.holds(ms)) {
      (ms < this.from ? span.before : span.after).add(event.seq);
      if (!ends) this.outside.push({ index, keyId, seq: event.seq });
    } else if (event.org === this.org) span.inside.add(event.seq);
  }

  // The first event that is neither in the period nor a neighbour of it.
  get misfit() {
    return this.outside.find(({ keyId, seq }) => !this.spans.get(keyId).fits(seq));
  }

  // Of the organisation's own keys what is not proven; which other keys have written for it.
  proven(own) {
    const spanOf = (key) => this.spans.get(key) ?? new KeySpan();
    const those = (keys, fits) => keys.filter((key) => fits(spanOf(key))).sort();
    const spoke = those(own, (span) => span.inside.size);
    const quiet = those(own, (span) => !span.inside.size);
    return {
      with_gaps: those(spoke, (span) => !span.unbroken),
      open_before: those(spoke, (span) => !span.headProven),
      open_after: those(spoke, (span) => !span.tailProven),
      silent: those(quiet, (span) => !span.silenceProven),
      proven_silent: those(quiet, (span) => span.silenceProven),
      of_others: those([...this.spans.keys()].filter((key) => !own.includes(key)), (span) => span.inside.size),
    };
  }
}

const OPEN = {
  with_gaps: (zh, en) => [`${zh} 的缺口`, `gaps of ${en}`],
  open_before: (zh, en) => [`${zh} 首条之前`, `before the first of ${en}`],
  open_after: (zh, en) => [`${zh} 末条之后`, `after the last of ${en}`],
  silent: (zh, en) => [`${zh} 无条目是否属实`, `whether ${en} said nothing`],
};

function periodStatement(proven) {
  let [zh, en] = ['其密钥在期间内的事件齐全（未按序号到达的除外）', 'what its keys said in the period is complete, out-of-order arrivals aside'];
  const open = Object.entries(OPEN).filter(([name]) => proven[name].length).map(([name, say]) => say(proven[name].join('、'), proven[name].join(', ')));
  if (open.length) {
    zh += `，但未证明：${open.map((one) => one[0]).join('，')}`;
    en += `, but for: ${open.map((one) => one[1]).join(', ')}`;
  }
  if (proven.of_others.length) {
    zh += `；${proven.of_others.join('、')} 代其写入的是挑选结果`;
    en += `; what ${proven.of_others.join(', ')} wrote for it is a selection`;
  }
  return [zh, en];
}

// Logged times against the times of cosignatures: a witness had what lies below its size, and nothing more.

const SLACK_MS = 5 * 60 * 1000; // how far clocks may differ, and how long a witness may take

// A POSIX time for people; beyond the year 9999 as a number (of 53 bits, as numbers are here).
function utcText(seconds) {
  return seconds > 253402300799 ? `POSIX ${seconds}` : new Date(seconds * 1000).toISOString().replace('T', ' ').replace('.000', '');
}

// What one cosignature of `size` entries says of the last of them and of the one after them (if there is one).
function timesAgainst(witness, seconds, size, lastMs, nextMs) {
  const found = [];
  const at = utcText(seconds);
  if (nextMs !== undefined && nextMs < seconds * 1000 - SLACK_MS) {
    const says = utcText(Math.floor(nextMs / 1000));
    found.push({ index: size, zh: `自称 ${says} 入账，但 ${at} 见证方 ${witness} 所见仅 ${size} 条：疑似倒签`, en: `it says that it was logged at ${says}, but at ${at} the witness ${witness} was shown ${size} entries: it may be backdated` });
  }
  if (lastMs > seconds * 1000 + SLACK_MS) {
    const says = utcText(Math.floor(lastMs / 1000));
    found.push({ index: size - 1, zh: `自称 ${says} 入账，但见证方 ${witness} 在 ${at} 已见到它`, en: `it says that it was logged at ${says}, but the witness ${witness} had it at ${at}` });
  }
  return found;
}

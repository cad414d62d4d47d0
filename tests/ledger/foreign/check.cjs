// Checks proofs of ours with Sigstore's verifier for JavaScript. Standard input: a JSON array of
// {"note","leaf","index","proof","vkey"}; standard output: an array of strings, "" if accepted.
// Its tlog modules are internal to the package (and pinned): they are found beside its entry file.
'use strict';
const { createPublicKey } = require('node:crypto');
const { dirname, join } = require('node:path');
const { readFileSync } = require('node:fs');

const tlog = join(dirname(require.resolve('@sigstore/verify')), 'tlog');
const { verifyCheckpoint } = require(join(tlog, 'checkpoint.js'));
const { verifyMerkleInclusion } = require(join(tlog, 'merkle.js'));

const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function trustedLog(vkey) {
  const [name, id, ...rest] = vkey.split('+');
  const raw = Buffer.from(rest.join('+'), 'base64').subarray(1);
  const key = Buffer.concat([ED25519_SPKI, raw]);
  return {
    baseURL: name,
    logID: Buffer.from(id, 'hex'),
    publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
  };
}

function check(item) {
  const entry = {
    canonicalizedBody: Buffer.from(item.leaf, 'base64'),
    inclusionProof: {
      logIndex: String(item.index),
      hashes: item.proof.map((hash) => Buffer.from(hash, 'base64')),
      checkpoint: { envelope: item.note },
    },
  };
  try {
    verifyMerkleInclusion(entry, verifyCheckpoint(entry, [trustedLog(item.vkey)]));
    return '';
  } catch (error) {
    if (error.name !== 'VerificationError' && error.code !== 'TLOG_INCLUSION_PROOF_ERROR') throw error;
    return error.message || error.code;
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(check)));

// Reads EPCIS documents as a JSON array and answers which of them epcis2.js takes for valid.
const { validateEpcisDocument } = require('./package/dist/epcis2.node.js');

const documents = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const said = documents.map((document) => {
  try {
    return validateEpcisDocument(document).success;
  } catch {
    return false;
  }
});
process.stdout.write(JSON.stringify(said));

// The page: two file inputs, one verdict. Nothing leaves the machine; the page may not connect.

const VERDICTS = { proven: '已证实 PROVEN', tampered: '被篡改 TAMPERED', incomplete: '不完整或未见证 INCOMPLETE', unusable: '无法核验 UNUSABLE' };
const element = (id) => document.getElementById(id);

function show(report) {
  const verdict = element('verdict');
  verdict.textContent = VERDICTS[report.verdict];
  verdict.dataset.verdict = report.verdict;
  const lines = [];
  if (report.size !== null) lines.push(`条目 entries: ${report.size}`, `树根 root: ${report.root}`);
  if (report.scope) lines.push(report.scope.statement_zh, report.scope.statement_en);
  if (report.problem) {
    lines.push(report.problem.zh, report.problem.en);
    for (const name of ['what', 'file', 'index', 'device']) {
      if (report.problem[name] !== null) lines.push(`${name}: ${report.problem[name]}`);
    }
  }
  lines.push(`已通过 passed: ${report.checks.join(', ') || '—'}`);
  element('details').textContent = lines.join('\n');
  const warnings = report.warnings.map((warning) => {
    const item = document.createElement('li');
    item.textContent = `${warning.index === null ? '' : `#${warning.index} `}${warning.zh}。 ${warning.en}.`;
    return item;
  });
  element('warnings').replaceChildren(...warnings);
  element('warned').textContent = warnings.length ? `须留意 Warnings: ${warnings.length}` : '';
  element('report').dataset.json = JSON.stringify({ ...report, problem: report.problem && { ...report.problem } });
  element('report').hidden = false;
}

async function bytesOf(file) {
  return new Uint8Array(await file.arrayBuffer());
}

let newest = 0; // a slower look at an earlier choice must not show its verdict over this one

async function start() {
  newest += 1;
  const turn = newest;
  element('report').hidden = true;
  delete element('report').dataset.json;
  const [bundle] = element('bundle').files;
  if (!bundle) return;
  const keys = [...element('keys').files];
  const progress = (done, all) => { if (turn === newest) element('progress').textContent = `${done} / ${all}`; };
  let report;
  try {
    const given = keys.length === 0 ? null : new Map(await Promise.all(keys.map(async (file) => [file.name, await bytesOf(file)])));
    report = await verifyBundle(await bytesOf(bundle), given, progress);
  } catch (error) { // a file that has changed or gone since it was chosen
    const problem = new Finding('usage', '文件无法读取，请重新选择。', `A file cannot be read, choose it again: ${error.message}`, { verdict: 'unusable' });
    report = { verdict: problem.verdict, problem, size: null, root: null, scope: null, checks: [], warnings: [] };
  }
  if (turn !== newest) return;
  element('progress').textContent = '';
  show(report);
}

element('bundle').addEventListener('change', start);
element('keys').addEventListener('change', start);

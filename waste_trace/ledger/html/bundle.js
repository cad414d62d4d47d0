// The report of a zip's bytes; `given`: Map with policy.txt, registrar.vkey and kept checkpoints, or null.
async function verifyBundle(data, given, progress = () => {}) {
  let run = null;
  const report = { verdict: 'proven', problem: null, size: null, root: null, scope: null, checks: [], warnings: [] };
  try {
    const trusted = given && (await readGiven(given));
    const files = readZip(data);
    run = new (files.has('scope.json') ? PartialVerification : Verification)(files, trusted, progress);
    await run.run();
  } catch (error) {
    const problem = error instanceof Finding ? error : new Finding('files', '审计包无法读取。', `The bundle cannot be read: ${error.message}.`);
    Object.assign(report, { verdict: problem.verdict, problem });
  }
  if (run) Object.assign(report, { scope: run.scope ?? null, checks: run.checks, warnings: run.warnings, size: run.checkpoint?.size ?? null, root: run.checkpoint ? base64(run.checkpoint.root) : null });
  return report;
}

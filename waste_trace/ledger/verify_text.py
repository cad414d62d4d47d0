"""The verification report as text for a terminal, Chinese first."""

from waste_trace.ledger.verify_result import Report, Verdict


def render(report: Report) -> str:
    """The report for a terminal, Chinese first."""
    title = {
        Verdict.PROVEN: "已证实 PROVEN",
        Verdict.TAMPERED: "被篡改 TAMPERED",
        Verdict.INCOMPLETE: "不完整或未见证 INCOMPLETE",
        Verdict.UNUSABLE: "无法核验 UNUSABLE",
    }[report.verdict]
    lines = [f"{title}  entries={report.size}  keys={report.keys}"]
    if report.problem is not None:
        problem = report.problem
        lines += [f"  {problem.zh}", f"  {problem.en}"]
        for name in ("file", "index", "offset", "device", "manifest"):
            value = getattr(problem, name)
            if value is not None:
                lines.append(f"  {name}: {value}")
    if report.scope is not None:
        lines += [f"  {report.scope['statement_zh']}", f"  {report.scope['statement_en']}"]
    if report.erased_count:
        lines.append(
            f"  个人信息已依法删除 {report.erased_count} 项，摘要保留 / "
            f"{report.erased_count} pieces of personal data were erased; their digests stay"
        )
    for warning in report.warnings:
        lines.append(f"  ! {warning.zh} {warning.en}")
    if report.unlisted_warnings:
        lines.append(
            f"  ! 另有 {report.unlisted_warnings} 条 / and {report.unlisted_warnings} more"
        )
    return "\n".join(lines) + "\n"

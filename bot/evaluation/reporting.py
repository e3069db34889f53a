"""The evaluation as a page for people and as one line of figures."""

from __future__ import annotations

from typing import Any

from bot.evaluation.measuring import Result, confusions, share


def summary(results: list[Result]) -> dict[str, Any]:
    """The figures that matter, as shares of 1."""
    danger = [r for r in results if r.question.decision == "danger"]
    double = [r for r in results if r.question.style == "double"]
    return {
        "questions": len(results),
        "topic_right": round(share(results, lambda r: r.topic_right), 4),
        "decision_right": round(share(results, lambda r: r.decision_right), 4),
        "wrong_but_confident": round(share(results, lambda r: r.wrong_but_confident), 4),
        "refused": round(share(results, lambda r: r.decision == "refuse"), 4),
        "choices": round(share(results, lambda r: r.decision == "choices"), 4),
        "danger_caught": round(share(danger, lambda r: r.decision == "danger"), 4),
        "danger_false": sum(r.decision == "danger" and r.question.decision != "danger" for r in results),
        "both_found": round(share(double, lambda r: r.both_found), 4),
    }


def report_text(results: list[Result], fitted: dict[str, Any] | None) -> str:
    """Return the report in Markdown (Chinese, for staff)."""
    lines = [
        "# 评测报告",
        "",
        f"题数 {len(results)}，知识库版本 {results[0].record['knowledge'] if results else '无'}。",
        "",
    ]
    lines += [f"- {name}：{value}" for name, value in summary(results).items()]
    if fitted:
        lines += ["", "## 交叉验证（拟合时没见过的题）", "", *(f"- {name}：{value}" for name, value in fitted.items())]
    for title, key in (("主题组", _group), ("说法类型", _style), ("应当的处理", _wanted)):
        lines += [
            "",
            f"## 按{title}",
            "",
            f"| {title} | 题数 | 主题对 | 处理对 | 错而自信 | 拒答 |",
            "|---|---|---|---|---|---|",
        ]
        for name in sorted({key(result) for result in results}):
            some = [result for result in results if key(result) == name]
            lines.append(
                f"| {name} | {len(some)} | {share(some, lambda r: r.topic_right):.1%} | "
                f"{share(some, lambda r: r.decision_right):.1%} | {share(some, lambda r: r.wrong_but_confident):.1%} | "
                f"{share(some, lambda r: r.decision == 'refuse'):.1%} |"
            )
    lines += ["", "## 混淆最多的主题", "", "| 应当 | 给出 | 次数 |", "|---|---|---|"]
    lines += [f"| {wanted} | {given} | {count} |" for wanted, given, count in confusions(results)[:25]]
    lines += ["", "## 没有答对的题", ""]
    for result in results:
        if not (result.topic_right and result.decision_right):
            question = result.question
            wanted = f"{question.decision} {'、'.join(question.topics)}"
            lines.append(
                f"- {question.id}（{question.style}）{question.text[:60]} → 应当 {wanted}；"
                f"给出 {result.decision} {'、'.join(result.record['topics'])}"
            )
    return "\n".join(lines) + "\n"


def _group(result: Result) -> str:
    return result.question.group


def _style(result: Result) -> str:
    return result.question.style


def _wanted(result: Result) -> str:
    return result.question.decision

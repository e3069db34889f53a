"""The rules of one benefit as a flow picture (SVG): from the top, yes leads to an outcome, no to the next rule.

It is drawn from the files that decide, so that whoever knows the policy can check them without reading YAML. Wide
enough to be read when printed on A4 upright: 800 units are the 190 mm between the margins, 15 of them 10 pt.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from bot.eligibility.benefits import Benefit, Outcome, Period, Rule
from bot.eligibility.catalogue import Catalogue
from bot.eligibility.describing import Line, describe, fill_labels, say_period
from bot.eligibility.drawing import Sheet, Text, width_of, wrap
from bot.eligibility.wording import say_day
from bot.knowledge.entries import Citation
from bot.knowledge.evidence import gather_evidence

_WIDTH, _MARGIN = 800, 16
_LEFT, _LEFT_WIDTH = 50, 370
_RIGHT, _RIGHT_WIDTH = 474, 310
_PAD, _GAP, _HEAD = 11, 32, 28
_BODY, _SMALL = 15, 12
_SOFT, _EDGE, _DATES = "#4a5563", "#6b7684", "#8a3b12"
# A reason is cut after the sentence in which it has said this much.
_ENOUGH = 20
# Head (white letters on it) and ground (ink on it) of each outcome: all above 4.5 : 1.
COLOURS = {
    Outcome.QUALIFIES: ("#1b6b35", "#e9f5ec"),
    Outcome.LIKELY: ("#0a6673", "#e4f3f5"),
    Outcome.VERIFY: ("#8a5300", "#fdf3e0"),
    Outcome.REFUSED: ("#7d4747", "#f5ecec"),
}


def draw_benefit(benefit: Benefit, catalogue: Catalogue, *, day: datetime.date) -> str:
    """Return the picture; rules that are not in force on `day` are dashed and say when they are."""
    words = catalogue.wording["picture"]
    sheet = Sheet(_WIDTH)
    y = _draw_head(sheet, benefit, catalogue, day)
    spoken = [words["hint"]]
    for number, rule in enumerate(benefit.rules, 1):
        bottom, outcome_bottom = _draw_rule(sheet, y, number, rule, benefit, catalogue, day)
        y = max(bottom + _GAP, outcome_bottom + _GAP / 2)
        if number < len(benefit.rules):
            sheet.arrow(_LEFT + 40, bottom, _LEFT + 40, y, colour=_EDGE)
            sheet.write(_LEFT + 50, bottom + 5, [_small_word(words["arrow"]["not_met"])])
        spoken.append(_say_rule(number, rule, benefit, catalogue))
    title = words["title"].format(name=benefit.name)
    return sheet.svg(y + _MARGIN / 2, title=title, description="\n".join(spoken))


def _draw_head(sheet: Sheet, benefit: Benefit, catalogue: Catalogue, day: datetime.date) -> float:
    words = catalogue.wording["picture"]
    place = catalogue.facts[benefit.place].label
    title = words["title"].format(name=benefit.name)
    texts = [Text(line, 23, 34, is_bold=True) for line in wrap(title, _WIDTH - 2 * _MARGIN, 23)]
    for sentence in (words["day"].format(day=say_day(day), place=place), words["hint"]):
        texts += [Text(line, 13, 20, colour=_SOFT) for line in wrap(sentence, _WIDTH - 2 * _MARGIN, 13)]
    return sheet.write(_MARGIN, _MARGIN - 4, texts) + 14


def _draw_rule(
    sheet: Sheet, y: float, number: int, rule: Rule, benefit: Benefit, catalogue: Catalogue, day: datetime.date
) -> tuple[float, float]:
    """One step of the ladder; returns the lower edges of its condition and of its outcome."""
    words = catalogue.wording["picture"]
    head_colour, ground = COLOURS[rule.outcome]
    is_dashed = not rule.period.holds(day)
    left = [*_condition_texts(rule, benefit, catalogue), *_period_texts(rule, catalogue, day)]
    right = _reason_texts(rule, catalogue)
    condition_height, reason_height = _height(left) + 2 * _PAD, _HEAD + _height(right) + 2 * _PAD - 4
    sheet.box(_LEFT, y, _LEFT_WIDTH, condition_height, fill="#ffffff", edge=_EDGE, is_dashed=is_dashed)
    sheet.box(_RIGHT, y, _RIGHT_WIDTH, reason_height, fill=ground, edge=head_colour, is_dashed=is_dashed)
    sheet.strip(_RIGHT, y, _RIGHT_WIDTH, _HEAD, fill=head_colour)
    outcome = catalogue.wording["result"][rule.outcome.value]
    sheet.write(_RIGHT + _PAD, y, [Text(outcome, 16, _HEAD, colour="#ffffff", is_bold=True)])
    sheet.write(_RIGHT + _PAD, y + _HEAD + _PAD - 4, right)
    label = Text(str(number), 14, 21, colour=_SOFT, is_bold=True)
    sheet.write(_LEFT - 10 - width_of(label.text, label.size), y + _PAD, [label])
    sheet.write(_LEFT + _PAD, y + _PAD, left)
    middle = y + _HEAD / 2
    sheet.arrow(_LEFT + _LEFT_WIDTH, middle, _RIGHT, middle, colour=_EDGE)
    if rule.when is not None:
        sheet.write(_LEFT + _LEFT_WIDTH + 16, middle + 2, [_small_word(words["arrow"]["met"])])
    return y + condition_height, y + reason_height


def _small_word(word: str) -> Text:
    return Text(word, 14, 20, colour=_SOFT, is_bold=True)


def _height(texts: Iterable[Text]) -> int:
    return sum(text.height for text in texts)


def _condition_texts(rule: Rule, benefit: Benefit, catalogue: Catalogue) -> list[Text]:
    texts = []
    for line in _condition_lines(rule, benefit, catalogue):
        mark = catalogue.wording["picture"]["bullet"] if line.depth else ""
        hanging = 12 * bool(mark)
        indent = 14 * max(0, line.depth - 1)
        found = wrap(line.text, _LEFT_WIDTH - 2 * _PAD - indent - hanging, _BODY)
        texts += [Text(text, _BODY, 21, indent + hanging, mark=mark if n == 0 else "") for n, text in enumerate(found)]
    return texts


def _condition_lines(rule: Rule, benefit: Benefit, catalogue: Catalogue) -> tuple[Line, ...]:
    if rule.when is not None:
        return describe(rule.when, benefit, catalogue)
    words = catalogue.wording["picture"]
    return (Line(words["otherwise" if rule.period == Period() else "always"]),)


def _period_texts(rule: Rule, catalogue: Catalogue, day: datetime.date) -> list[Text]:
    period = say_period(rule.period, catalogue)
    if period and not rule.period.holds(day):
        period = catalogue.wording["picture"]["not_in_force"].format(period=period)
    return [
        Text(line, _SMALL, 17, colour=_DATES, is_bold=True) for line in wrap(period, _LEFT_WIDTH - 2 * _PAD, _SMALL)
    ]


def _reason_texts(rule: Rule, catalogue: Catalogue) -> list[Text]:
    room = _RIGHT_WIDTH - 2 * _PAD
    reason = wrap(_short(fill_labels(rule.says, catalogue)), room, _BODY)
    clause = wrap(_say_clause(rule.clause, catalogue), room, _SMALL)
    return [Text(line, _BODY, 21) for line in reason] + [Text(line, _SMALL, 17, colour=_SOFT) for line in clause]


def _short(says: str) -> str:
    """The first sentences, until enough is said."""
    end = -1
    while 0 <= (end := says.find("。", end + 1)) < _ENOUGH:
        pass
    return says[: end + 1] if end >= 0 else says


def _say_clause(clause: Citation | None, catalogue: Catalogue) -> str:
    return gather_evidence([clause], catalogue.library.sources)[0].line() if clause else ""


def _say_rule(number: int, rule: Rule, benefit: Benefit, catalogue: Catalogue) -> str:
    """The rule as one spoken line."""
    words = catalogue.wording["picture"]
    lines = [line.text for line in _condition_lines(rule, benefit, catalogue)]
    period = say_period(rule.period, catalogue)
    return str(words["spoken"]).format(
        number=number,
        period=f"（{period}）" if period else "",
        condition=words["pause"].join(lines).replace("：" + words["pause"], "："),
        outcome=catalogue.wording["result"][rule.outcome.value],
    )

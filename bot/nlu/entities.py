"""Regions, benefits, grades, kinship, amounts and ages in a message.

Regions come from the gazetteer, all else from a spaCy pipeline; where both see something, the place counts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from spacy.language import Language as SpacyLanguage

from bot.answers.live import live
from bot.nlu.marks import NORMALISED, UNSURE_PLACE
from bot.places.finding import Place, read_places
from bot.places.names import GUANGXI, Gazetteer, gazetteer_of, stem_of

_BENEFITS = {
    "dibao": ["低保"],
    "dibao_edge": ["低保边缘家庭"],
    "tekun": ["特困供养", "特困人员"],
    "linshi": ["临时救助"],
    "living_subsidy": ["困难残疾人生活补贴"],
    "care_subsidy": ["重度残疾人护理补贴"],
    "both_subsidies": ["残疾人两项补贴"],
    "gaoling": ["高龄津贴"],
    "orphan": ["孤儿"],
    "unattended": ["事实无人抚养儿童"],
}
_KIN = [
    "父亲",
    "母亲",
    "爸爸",
    "妈妈",
    "爸",
    "妈",
    "爷爷",
    "奶奶",
    "外公",
    "外婆",
    "儿子",
    "女儿",
    "老公",
    "丈夫",
    "老婆",
    "妻子",
    "哥哥",
    "弟弟",
    "姐姐",
    "妹妹",
    "孙子",
    "孙女",
    "女朋友",
    "男朋友",
    "未婚妻",
    "未婚夫",
]
_MOST_ASKED_BACK = 6
_CITY, _COUNTY = 4, 6
_GRADE = re.compile(r"([一二三四1234])级")
_AGE = re.compile(r"(\d{1,3}|[一二三四五六七八九十两]{1,4})(?:多)?(?:周)?岁")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?|[一二三四五六七八九十百千万两几]+)(?:多)?(?:块钱|块|元|万块|万元|万)")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class SpacyEntities(GraphComponent, EntityExtractorMixin):
    """spaCy's EntityRuler over the normalised text and the gazetteer; offsets come back as the citizen's own."""

    def __init__(self, nlp: SpacyLanguage) -> None:
        self._nlp = nlp

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpacyEntities:
        # The map and its sounds now, not on the first citizen's message.
        read_places("在青绣区", gazetteer_of(live().library().regions))
        return cls(make_nlp())

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            normalised = message.get(NORMALISED)
            if normalised is None:
                continue
            gazetteer = gazetteer_of(live().library().regions)
            places = read_places(normalised.original, gazetteer).places
            sure = [place if place.is_sure else _what_is_sure(place, gazetteer) for place in places]
            found = [_entity(place) for place in sure if place and (_is_ours(place) or place.role)]
            message.set(UNSURE_PLACE, next((_unsure(place) for place in places if _is_open(place)), None))
            taken = {i for entity in found for i in range(entity["start"], entity["end"])}
            for entity in self._nlp(normalised.text).ents:
                start, end = normalised.original_span(entity.start_char, entity.end_char)
                value = entity.ent_id_ or entity.text
                if taken.isdisjoint(range(start, end)):
                    found.append(
                        {"entity": entity.label_, "start": start, "end": end, "value": value, "confidence": 1.0}
                    )
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(found), add_to_output=True)
        return messages


def _is_ours(place: Place) -> bool:
    return place.code.startswith(GUANGXI)


def _what_is_sure(place: Place, gazetteer: Gazetteer) -> Place | None:
    """The larger region that was named itself and that all candidates lie in (横州市 of 横州市教椅镇)."""
    codes = [code for code, _ in place.candidates]
    for code in gazetteer.regions.upwards(codes[0][:_COUNTY]) if codes else ():
        name = gazetteer.regions.name_of(code)
        is_shared = len(code) >= _CITY and all(other.startswith(code) for other in codes)
        if is_shared and name and stem_of(code, name) in place.said:
            return replace(place, code=code, is_sure=True)
    return None


def _is_open(place: Place) -> bool:
    """Several places of ours may be meant, few enough to be asked back."""
    ours = [code for code, _ in place.candidates if code.startswith(GUANGXI)]
    return not place.is_sure and 1 <= len(ours) <= _MOST_ASKED_BACK


def _unsure(place: Place) -> dict[str, Any]:
    return {"said": place.said, "candidates": [code for code, _ in place.candidates if code.startswith(GUANGXI)]}


def _entity(place: Place) -> dict[str, Any]:
    """A place as Rasa keeps it; `role` is what it is to the citizen, where that was said."""
    entity = {
        "entity": "region" if _is_ours(place) else "elsewhere",
        "start": place.start,
        "end": place.end,
        "value": place.code,
        "confidence": place.p,
    }
    return entity | ({"role": place.role} if place.role else {})


def make_nlp() -> SpacyLanguage:
    """Return a blank Chinese spaCy pipeline (a token a character, offsets exact) with our ruler."""
    nlp = spacy.blank("zh")
    ruler: Any = nlp.add_pipe("entity_ruler")
    patterns = [{"label": "benefit", "pattern": w, "id": id} for id, words in _BENEFITS.items() for w in words]
    patterns += [{"label": "kin", "pattern": word} for word in _KIN]
    ruler.add_patterns(patterns)
    nlp.add_pipe("guimin_numbers")
    return nlp


@SpacyLanguage.component("guimin_numbers")
def _add_numbers(doc: spacy.tokens.Doc) -> spacy.tokens.Doc:
    """Add grades, ages and amounts where no other entity stands."""
    taken = {i for entity in doc.ents for i in range(entity.start_char, entity.end_char)}
    found = list(doc.ents)
    for label, pattern in (("grade", _GRADE), ("age", _AGE), ("amount", _AMOUNT)):
        for match in pattern.finditer(doc.text):
            if taken.isdisjoint(range(*match.span())):
                span = doc.char_span(*match.span(), label=label)
                if span is not None:
                    found.append(span)
                    taken.update(range(*match.span()))
    doc.ents = tuple(found)
    return doc

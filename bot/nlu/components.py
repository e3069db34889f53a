"""Our parts of the Rasa pipeline, named in config.yml by import path.

The citizen's text stays in `text`; what it was read as travels beside it under `normalised`. Tokens carry the
standard words with offsets into the citizen's text, so everything behind them points at what was typed.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.answers.context import Context, names_only_a_region
from bot.answers.decide import Understood, answer_message
from bot.answers.encoder import load_encoder
from bot.answers.find import load_calibration
from bot.answers.live import live
from bot.language.normalising import Normalised
from bot.nlu.marks import DECISION, NORMALISED, UNSURE_PLACE
from bot.nlu.prechecks import meant_for_precheck
from bot.nlu.wishes import meant_for_desk
from bot.places.routing import ROLES
from bot.settings import load_settings

# Amounts and windows are those of a township at the finest: a village stands for its own.
_FINEST = 9


# Registered as a featurizer: of the types that Rasa also runs over the training data, the one that may come first.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Normaliser(GraphComponent):
    """Puts what a message was read as beside it: half width, simplified, official words."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Normaliser:
        return cls()

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if isinstance(message.get(TEXT), str):
                message.set(NORMALISED, live().language().normaliser.normalise(message.get(TEXT)))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ChineseTokenizer(Tokenizer):
    """Cuts the normalised text with jieba and our words, which are loaded before anything is compiled on them."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ChineseTokenizer:
        return cls(config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return tokens whose text is normalised and whose start and end point into the original."""
        normalised: Normalised | None = message.get(NORMALISED)
        if attribute != TEXT or normalised is None:
            return [Token(message.get(attribute), 0)]
        tokens = []
        for word in live().language().segmenter.cut(normalised.text):
            start, end = normalised.original_span(word.start, word.end)
            tokens.append(Token(word.text, start, end))
        return tokens


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(GraphComponent, Featurizer):
    """The sentence vector of the normalised text as Rasa's dense sentence feature."""

    def __init__(self, config: dict[str, Any], name: str) -> None:
        Featurizer.__init__(self, name, config)
        self._encoder = load_encoder(load_settings().state / "vectors.db")
        self._scale = float(config["scale"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        return cls(config, execution_context.node_name)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        # Rasa's LogisticRegressionClassifier has no C of its own: unit vectors are regularised into uselessness
        # (accuracy 0.66, confidence 0.07); longer vectors stand for a larger C (0.87, 0.91).
        return {"alias": None, "scale": 20.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Accept what get_default_config lists; Rasa has merged it already."""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._add_features(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for message in training_data.training_examples:
            self._add_features(message)
        return training_data

    def _add_features(self, message: Message) -> None:
        normalised: Normalised | None = message.get(NORMALISED)
        if normalised is None or not normalised.text.strip():
            return
        # The classifier needs the gist only; a letter's requests are found sentence by sentence by the search.
        vector = self._encoder.encode([normalised.text[:60]]) * self._scale
        message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class KnowledgeSearch(GraphComponent):
    """Searches the knowledge and decides; the intent becomes the one that stands for the decision.

    Nothing of the knowledge is in the trained model: the index belongs to the process and follows the files.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KnowledgeSearch:
        live().index()  # now, not on the first citizen's message
        live().follow()
        return cls()

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self._decide(message, _context(message, tracker), tracker)
        return messages

    def _decide(self, message: Message, context: Context, tracker: DialogueStateTracker | None) -> None:
        index = live().index()
        intent = message.get(INTENT) or {}
        text = message.get(TEXT)
        named = _regions_in(message.get(ENTITIES) or [])
        words = tuple(text[entity["start"] : entity["end"]] for entity in named)
        region = _most_exact([entity["value"] for entity in named])
        decision = answer_message(
            index,
            text,
            understood=Understood(
                intent=intent.get("name") or "",
                confidence=float(intent.get("confidence") or 0.0),
                region=region,
                region_words=words,
            ),
            context=context,
            calibration=load_calibration(),
        )
        normalised: Normalised = message.get(NORMALISED)
        decision, more = meant_for_precheck(decision, normalised, context, index.library, tracker)
        if decision.kind != "precheck":
            spoken = [index.language.normaliser.normalise(word).text for word in words]
            decision, about = meant_for_desk(
                decision,
                normalised,
                context=context,
                library=index.library,
                tracker=tracker,
                named_region=region,
                only_a_place=names_only_a_region(normalised.text, spoken),
                unsure=message.get(UNSURE_PLACE),
                known=message.get("metadata") or {},
            )
            more |= about
        told = (
            decision.as_dict()
            | more
            | {"roles": _roles(message.get(ENTITIES) or [], tracker), "knowledge": index.library.version}
        )
        message.set(DECISION, told, add_to_output=True)
        message.set(INTENT, {"name": decision.intent, "confidence": float(decision.p)}, add_to_output=True)


def _regions_in(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The regions of a message; the one that the household register is said to be in comes first."""
    named = [e | {"value": e["value"][:_FINEST]} for e in entities if e["entity"] == "region"]
    return sorted(named, key=lambda entity: entity.get("role") != "hukou")


def _roles(named: list[dict[str, Any]], tracker: DialogueStateTracker | None) -> dict[str, str]:
    """The places by role, from this message and earlier ones; a place told now takes the place of the earlier one."""
    before = (tracker.get_slot("places") if tracker else None) or {}
    told = {entity["role"]: entity["value"][:_FINEST] for entity in reversed(named) if entity.get("role") in ROLES}
    return {**before, **told}


def _most_exact(codes: list[str]) -> str | None:
    """The first region, or the smallest of those named that lie in it (柳州三江县 → 三江)."""
    return max((code for code in codes if code.startswith(codes[0])), key=len, default=None)


def _context(message: Message, tracker: DialogueStateTracker | None) -> Context:
    """The conversation's memory: the slots that the actions set, and the region where the channel knows it."""
    values = {name: slot.value for name, slot in tracker.slots.items()} if tracker else {}
    told = (message.get("metadata") or {}).get("region")
    return Context(
        region=values.get("region") or told,
        entry=values.get("entry"),
        offered=tuple(values.get("offered") or ()),
    )

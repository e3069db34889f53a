"""Train the Rasa model, and only when something that it is made from has changed."""

from __future__ import annotations

import contextlib
import hashlib
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from ruamel.yaml import YAML

from bot.errors import SetupError
from bot.settings import Settings

_NEEDS_TENSORFLOW = (
    "DIETClassifier",
    "ResponseSelector",
    "TEDPolicy",
    "UnexpecTEDIntentPolicy",
    "ConveRTFeaturizer",
    "LanguageModelFeaturizer",
)


def model_path(settings: Settings) -> Path:
    """Where the model of the present configuration, domain, data and words lies, or will."""
    digest = hashlib.sha256()
    for path in (*_sources(settings), *sorted(Path(__file__).parent.glob("*.py"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return settings.models / f"guimin-{digest.hexdigest()[:16]}.tar.gz"


def train(settings: Settings, *, progress: Callable[[str], None] = lambda line: None) -> Path:
    """Return the path of an up-to-date model, trained if there is none. Raises SetupError when Rasa cannot."""
    path = model_path(settings)
    if path.exists():
        return path
    refuse_tensorflow(settings.project / "config.yml")
    progress("正在训练 Rasa 模型（约一分钟）……")
    import rasa.model_training

    # Rasa reports on the standard output, which belongs to the caller's own lines.
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        result = rasa.model_training.train(
            domain=str(settings.project / "domain.yml"),
            config=str(settings.project / "config.yml"),
            training_files=[str(settings.project / "data")],
            output=str(settings.models),
            fixed_model_name=path.name.removesuffix(".tar.gz"),
            force_training=True,
        )
    if not result.model or not path.exists():
        raise SetupError("模型没有训练成功。请看上面的提示，改正 config.yml、domain.yml 或 data/ 后再试。")
    for old in settings.models.glob("guimin-*.tar.gz"):
        if old != path:
            old.unlink()
    return path


def refuse_tensorflow(config: Path) -> None:
    """Raise SetupError when the configuration names a component that would compute with TensorFlow."""
    content = YAML(typ="safe").load(config.read_text(encoding="utf-8"))
    named = [part["name"] for part in (*content["pipeline"], *content["policies"])]
    found = [name for name in named if name.split(".")[-1] in _NEEDS_TENSORFLOW]
    if found:
        raise SetupError(f"{config.name}：{'、'.join(found)} 需要 TensorFlow，本项目不安装它。请从配置里去掉。")


def _sources(settings: Settings) -> list[Path]:
    project = settings.project
    files = [project / "config.yml", project / "domain.yml", *sorted((project / "data").rglob("*.yml"))]
    return files + sorted(path for path in (settings.knowledge / "words").iterdir() if path.is_file())

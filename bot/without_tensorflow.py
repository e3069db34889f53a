"""Let Rasa be imported where TensorFlow is not installed.

Rasa imports TensorFlow at module level even for pipelines that never use it: every policy pulls it in through
`tracker_featurizers`. `install` answers those imports with inert classes. Components that would really compute with
it (DIET, TED, ResponseSelector) are refused when the configuration is read (bot/nlu/training.py); see
docs/decisions/0001-no-tensorflow.md.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any

_ROOTS = ("tensorflow", "tensorflow_hub", "tensorflow_text", "tensorflow_addons", "keras")


class _InertType(type):
    """A class that has every attribute, can be called, subclassed and used as a decorator, and does nothing."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _InertType(name, (_Inert,), {})
        setattr(cls, name, made)
        return made

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        decorates = len(args) == 1 and callable(args[0]) and not kwargs and not isinstance(args[0], _InertType)
        return args[0] if decorates else super().__call__()


class _Inert(metaclass=_InertType):
    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Accept whatever a subclass passes."""


class _InertModule(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _InertType(name, (_Inert,), {})
        setattr(self, name, made)
        return made


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.split(".")[0] not in _ROOTS:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _InertModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__version__ = "2.12.0"  # type: ignore[attr-defined]  # rasa only reads it


def install() -> None:
    """Answer imports of TensorFlow from now on; harmless when called again."""
    if any(root in sys.modules for root in _ROOTS):
        return
    # spaCy's thinc probes for TensorFlow and calls what it finds: let that probe fail honestly first.
    sys.modules["tensorflow"] = None  # type: ignore[assignment]  # None is how Python spells "not importable"
    try:
        import thinc.compat  # noqa: F401  (imported for its probe)
    finally:
        del sys.modules["tensorflow"]
    sys.meta_path.insert(0, _Finder())

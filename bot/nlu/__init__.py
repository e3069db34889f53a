"""Rasa may be imported below this package: TensorFlow's stand-in is in place from here on."""

from bot import without_tensorflow

without_tensorflow.install()

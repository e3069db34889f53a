"""The bot's Rasa actions: what was decided in, one reply out."""

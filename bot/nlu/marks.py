"""What the parts of the pipeline leave on a message for the next ones."""

NORMALISED = "normalised"
DECISION = "decision"
UNSURE_PLACE = "unsure_place"

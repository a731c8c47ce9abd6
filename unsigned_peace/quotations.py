"""How much of somebody's words the book quotes, at most."""

WORDS = 25
#: In languages that write no blanks between words; about three signs make a word.
CHARACTERS = 75
UNSPACED_LANGUAGES = {"ja", "zh"}

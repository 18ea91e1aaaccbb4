"""What people read, in their language: English stands in the code, every other language in a catalogue of its own.

A catalogue (`zh_CN/LC_MESSAGES/callcenter.po`, gettext's form) maps English to its language: words and texts, whose
gaps have names, and sentences with gaps `{}`, which a translation fills as `{0}`, `{1}` in any order. A finished
sentence is translated whole or not at all: where a gap holds English words that no catalogue knows, it stays as it is.

`python -m callcenter.locale.compile` finds the English in the code, brings the catalogue up to date and compiles it.
Words that are read from people's files rather than said to people are in `spellings.toml`.

The language is chosen in one way everywhere: by `--lang`, else by the environment (LC_ALL, LC_MESSAGES, LANG);
where that names neither, English, but for the demo, whose department is a Chinese one.
"""

from callcenter.locale.languages import LANGUAGES, Language, language
from callcenter.locale.sentences import english, paragraphs, sentence, text
from callcenter.locale.spellings import spellings, spelt
from callcenter.locale.words import Words

__all__ = (
    "LANGUAGES",
    "Language",
    "Words",
    "english",
    "language",
    "paragraphs",
    "sentence",
    "spellings",
    "spelt",
    "text",
)

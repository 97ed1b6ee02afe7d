"""Text in Chinese and English: labels are data, not message catalogues."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen
from attrs.validators import instance_of

__all__ = ["FaultError", "Lang", "Text", "said"]

Lang = Literal["zh", "en"]


@frozen
class Text:
    """One text in Chinese and, where there is one, in English.

    Attributes:
        zh: The Chinese text; never empty.
        en: The English text; an empty one falls back to the Chinese.
    """

    zh: str = field(validator=instance_of(str))
    en: str = field(default="", validator=instance_of(str))

    def __attrs_post_init__(self) -> None:
        if not self.zh.strip():
            message = "Text needs a Chinese text (zh=…); found an empty one"
            raise ValueError(message)

    def in_(self, lang: Lang) -> str:
        """Return the text in `lang`; the Chinese where no English was given."""
        return self.en if lang == "en" and self.en else self.zh


class FaultError(ValueError):
    """A value that is not as it has to be.

    Attributes:
        text: What was found and what was expected.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.zh)


class NameFaultError(AttributeError):
    """A name that is not there, told in both languages.

    Attributes:
        text: Which name, and the nearest that there is.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.in_("en"))


def said(error: Exception) -> Text:
    """Return what an error says; errors that are not ours say it in one language only."""
    return error.text if isinstance(error, FaultError | NameFaultError) else Text(str(error))

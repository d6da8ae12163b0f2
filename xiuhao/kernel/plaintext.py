"""What people type, made safe to keep and to show. Pure: knows no framework."""

from __future__ import annotations

import re
import unicodedata

from xiuhao.kernel.refusal import Refused

FIELD_BYTES = 64 * 1024  # no single field of a request is longer, whatever its own limit

# Characters after which, and before which, U+200D joins one emoji to the next: pictographs, skin tones, variation selector.
_PICTURE = "\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"
_EMOJI_GLUE = f"(?<=[{_PICTURE}])\u200d(?=[{_PICTURE}])|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
_CONTROL = "\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # not tab, line feed, carriage return, next line
_IN_LINES = re.compile(f"[{_BIDI}{_CONTROL}]")
_IN_A_LINE = re.compile(f"({_EMOJI_GLUE})|[{_BIDI}{_UNSEEN}{_CONTROL}]")
_FILLERS = "\u115f\u1160\u2800"  # letters and symbols that draw nothing (NFKC folds U+3164 and U+FFA0 into U+1160)


def clean_text(text: str, limit: int, *, lines: bool = False, label: str = "") -> str:
    """The text to keep, at most `limit` characters; "" if nothing of it can be seen.

    One line unless `lines`: runs of white space become one space, zero-width characters go, except those that join emoji.
    Direction controls and other control characters go in both (they reorder or hide what a list shows).
    Raises Refused: too_long (`limit`, `length`; 422, and 413 beyond what a field may hold at all),
    text_invalid (422: NUL, half a surrogate pair).
    """
    _check_size(text, limit, label)
    if "\0" in text or re.search("[\ud800-\udfff]", text):
        raise Refused("text_invalid", {"label": label}, status=422)
    if lines:
        text = _IN_LINES.sub("", re.sub("\r\n?|\x85|\u2028|\u2029", "\n", text)).strip()
    else:
        text = re.sub(r"\s+", " ", _IN_A_LINE.sub(lambda found: found[1] or "", text)).strip()
    if not _visible(text):
        return ""
    if len(text) > limit:
        raise Refused("too_long", {"label": label, "limit": limit, "length": len(text)}, status=422)
    return text


def _check_size(text: str, limit: int, label: str) -> None:
    """Before any work on it: a 10 MB text must cost nothing."""
    length = len(text) if len(text) > FIELD_BYTES else len(text.encode(errors="surrogatepass"))
    if length > FIELD_BYTES:
        # A character is up to four bytes; naming a limit that the text would break anyway helps nobody.
        most = min(limit, FIELD_BYTES // 4)
        raise Refused("too_long", {"label": label, "limit": most, "length": len(text)}, status=413)


def _visible(text: str) -> bool:
    """True if anything remains to be seen: a letter, digit, sign or symbol after NFKC."""
    if re.search(r"[0-9A-Za-z\u4e00-\u9fff]", text):  # nearly always
        return True
    return any(unicodedata.category(c)[0] in "LNPS" and c not in _FILLERS for c in unicodedata.normalize("NFKC", text))

"""Words on the screen: `_()` marks a Chinese label, translated when it is shown. To the code it is a string like any other.

`pgettext_lazy()` marks one whose English depends on what it is said of, which its first argument tells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.utils import translation

_ = cast("Callable[[str], str]", translation.gettext_lazy)
pgettext_lazy = cast("Callable[[str, str], str]", translation.pgettext_lazy)

"""Words on the screen: `_()` marks a Chinese label, translated when it is shown. To the code it is a string like any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.utils.translation import gettext_lazy

_ = cast("Callable[[str], str]", gettext_lazy)

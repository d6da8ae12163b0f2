"""Static files as `web` serves them: content-hashed names, compressed once with gzip."""

from __future__ import annotations

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names, cached for ever by browsers; gzip only, since brotli's gain does not pay its minutes at start."""

    def create_compressor(self, **options: Any) -> Compressor:
        """Whitenoise's compressor without brotli."""
        return Compressor(**options, use_brotli=False)

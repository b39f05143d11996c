"""Photos that people send with their reports: kept as they came for staff, and as a copy that tells nothing for all.

The copy is painted anew from the picture alone, so that nothing of the file goes into it: no place, no camera, no
owner, no smaller picture of what was cut off.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from PIL import Image, ImageOps, UnidentifiedImageError

from workflow_engine.attached_files import AttachedFiles
from workflow_engine.domain.errors import RejectedError

LONGEST_SIDE = 1_600
MOST_PIXELS = 50_000_000
LARGEST_PHOTO = 12_000_000
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}


def take_photo(files: AttachedFiles, source: IO[bytes]) -> dict[str, Any]:
    """Keep a photo and its public copy; returns what commands name it by: digest, public_digest, media_type, size.

    Raises:
        RejectedError: it is no JPEG, PNG, WebP or GIF, is damaged, too large, or unpacks to more than fits.
    """
    content = source.read(LARGEST_PHOTO + 1)
    if len(content) > LARGEST_PHOTO:
        raise RejectedError(f"Expected a photo of at most {LARGEST_PHOTO // 1_000_000} MB.", field="photos")
    kept = files.keep(BytesIO(content))
    if kept.media_type not in _FORMATS:
        raise RejectedError("Expected a photo: JPEG, PNG, WebP or GIF.", field="photos")
    copy = files.keep(BytesIO(_public_copy(content, _FORMATS[kept.media_type])))
    return {
        "digest": kept.digest, "public_digest": copy.digest, "media_type": kept.media_type, "size": kept.size,
    }  # fmt: skip


def _public_copy(content: bytes, expected: str) -> bytes:
    """A JPEG of the picture, upright, no larger than a screen."""
    try:
        with Image.open(BytesIO(content), formats=[expected]) as found:
            if found.width * found.height > MOST_PIXELS:  # known from its head, before anything is unpacked
                raise RejectedError("Expected a photo with fewer pixels.", field="photos")
            upright = ImageOps.exif_transpose(found).convert("RGBA")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            shown = Image.new("RGB", upright.size, "white")
            shown.paste(upright, mask=upright.getchannel("A"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise RejectedError("Expected a photo that can be read, but it is damaged.", field="photos") from error
    out = BytesIO()
    shown.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()

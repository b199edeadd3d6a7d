r"""Regular expressions that cannot hang: RE2 (in pyarrow) matches in time linear in the text.

ODK's ``regex`` must match the whole text, with Java's meaning of ``\d`` and ``\w`` (ASCII), which
is RE2's too. What RE2 leaves out (look-around, back-references, possessive quantifiers, more than
1,000 repetitions) is an error of the expression, not a slow match.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray


@cache
def pattern_fault(pattern: str) -> str:
    """Return why a pattern cannot be used, or an empty text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.array([""]), _whole(pattern))
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ").rsplit(": ", 1)[0]
        return f"the regular expression cannot be used ({reason})"
    return ""


def matches_whole(words: NDArray[np.object_], pattern: str) -> NDArray[np.bool_]:
    """Return for each word whether the whole of it matches."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.match_substring_regex(pa.array(words, type=pa.large_string()), _whole(pattern))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _whole(pattern: str) -> str:
    return rf"\A(?:{pattern})\z"

"""Faults as the worker's log has them: what and where, and none of the names and texts that their messages hold."""

from __future__ import annotations

import traceback
from pathlib import Path


def described(fault: BaseException) -> str:
    """Like "KeyError in who.py:200"; the innermost place that is ours, where there is one."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if f"{Path(__file__).parents[1].name}/" in frame.filename] or frames
    where = f" in {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return type(fault).__name__ + where

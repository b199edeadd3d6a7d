"""Lets the tests of the runner share their tiny notebooks."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

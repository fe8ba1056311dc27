"""`python -m crosstask` is the command `crosstask`."""

from __future__ import annotations

import sys

from crosstask.cli import main

sys.exit(main())

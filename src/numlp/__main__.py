"""`python -m numlp`."""

import sys

from numlp.cli import main

sys.exit(main())

"""`python -m numlp`."""

import sys

from numlp.cli.main import main

sys.exit(main())

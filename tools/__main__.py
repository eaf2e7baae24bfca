"""`python3 -m tools COMMAND`: what the Makefile calls.

The version check comes first and is written so that any Python can read it.
"""

import sys

if sys.version_info < (3, 10):
    sys.stderr.write(
        "error: Python 3.10 or newer is needed, this is Python %d.%d (%s).\n"
        "       Name a newer one with: make PYTHON=/path/to/python3 ...\n"
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )
    sys.exit(1)

from tools.cli import main

sys.exit(main(sys.argv[1:]))

"""bin/run with a supervisor that looks at Pushpin more often, and loses its patience sooner."""

import sys

from chatsite.serve import pulse
from chatsite.serve.__main__ import main

pulse.EVERY_S, pulse.SILENT_S = 1, 5

if __name__ == "__main__":
    sys.exit(main())

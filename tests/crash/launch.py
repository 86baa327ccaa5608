"""`python -m alertd`, with the drivers of these tests beside those that it is shipped with."""

from pathlib import Path

import gateways
from alertd.cli import main

gateways.__path__.append(str(Path(__file__).with_name("drivers")))

if __name__ == "__main__":
    main()

"""Who hands the messages in: `python -m bench.peers.producer MODULE`, then on each line how many."""

import importlib
import sys


def main(name: str) -> None:
    """Everything imported before the first line is read."""
    side = importlib.import_module(f"bench.peers.{name}")
    print("ready", flush=True)
    for line in sys.stdin:
        side.enqueue(int(line))
        print("enqueued", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])

"""`python -m alertd`: the command line."""

from alertd.cli import main

if __name__ == "__main__":
    main()

"""``python -m asynction``."""

from asynction_core.cli import main

if __name__ == "__main__":
    main()

"""The command, run from a checkout: `python cli.py grade softmax`."""

from etude.cli import main

if __name__ == "__main__":
    main()

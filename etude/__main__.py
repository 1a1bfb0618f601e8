"""`python -m etude`."""

from etude.cli import main

main(prog_name="etude")

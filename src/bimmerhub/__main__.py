"""`python -m bimmerhub`: the command line."""

from bimmerhub.cli import main

main()

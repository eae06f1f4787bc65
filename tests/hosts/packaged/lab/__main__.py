"""`python -m lab`."""

from .train import main

main()

"""The parts of scripts/make-samples. Python 3.9 or later, standard library only."""

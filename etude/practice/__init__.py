"""Practising alone: what a learner does with the judge. Nothing here prints or exits."""

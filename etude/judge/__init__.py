"""The judge: starts hosts, runs hidden graders against a submission in a worker, and gives back a Report."""

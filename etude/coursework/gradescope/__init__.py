"""Gradescope: results.json of a graded answer, and an autograder that grades in Gradescope's own container.

setup.sh and run_autograder go into the zip as they are; autograder.py is what runs there.
"""

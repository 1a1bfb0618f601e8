"""A graded batch in the formats of others: a module for each, with one function from Grades to text."""

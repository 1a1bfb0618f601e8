"""Many people's answers: read, graded in parallel, kept, compared. For coursework and for take-home tests."""

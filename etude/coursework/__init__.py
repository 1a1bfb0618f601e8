"""A class's answers: found, graded in parallel, kept, and told of. Above practice's neighbours, below the command."""

"""Long work: jobs that one gateway process at a time runs, step by step, and that outlive it."""

"""Reading exactly what was asked for: a shape becomes one statement, and a statement one record."""

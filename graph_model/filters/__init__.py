"""The filter language: one filter, compiled into Cypher or judged in memory, with the same answer."""

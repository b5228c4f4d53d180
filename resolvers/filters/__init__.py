"""The filter language as GraphQL inputs, made from the declarations of the types, and how they are read."""

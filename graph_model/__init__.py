"""The identity graph: canonical model, identity resolution, insights, events and every line of Cypher."""

"""MINI's search: GraphQL over the stock of both brands."""

"""The cars that dealers have for sale, their models and photos, the dealers and their towns."""

"""A car's state and capabilities as the MyBMW app gets them, in all versions: models, readings, places. Pure."""

"""What the MyBMW app's API has a car do: commands, charging and its settings, places sent to it."""
